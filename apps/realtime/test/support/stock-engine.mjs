// Before a test file of the project "stock": its servers, and the processes that it starts, run the stock engine.
process.env.WS_ENGINE = "stock";
