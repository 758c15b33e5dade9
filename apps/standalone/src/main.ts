import { run } from "@roomcast/service";
import { readConfig } from "./config.ts";
import { withDemoKeys } from "./demo.ts";
import { startStandalone } from "./start-standalone.ts";
import { welcome } from "./welcome.ts";

run("standalone", async () => {
  const { env, demo } = withDemoKeys(process.env);
  const config = readConfig(env);
  const running = await startStandalone(config, demo);
  process.stdout.write(welcome(running.port, demo, config.parser));
  return running;
});
