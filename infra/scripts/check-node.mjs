/**
 * Ends the script with a clear message if Node is too old. Imported before modules that need a newer Node.
 */
const wanted = 20;
const major = Number(process.versions.node.split(".")[0]);

if (major < wanted) {
  console.error(
    `Roomcast needs Node ${wanted} or newer; this is ${process.version}. See https://nodejs.org/`,
  );
  process.exit(1);
}
