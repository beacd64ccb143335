// Ends with status 0 if the server in this container is alive. Needs no key, and no tool but Node.js.
const url = process.argv[2] ?? 'http://127.0.0.1:8000/health/live';
const alive = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
  (reply) => reply.ok,
  () => false,
);
process.exitCode = alive ? 0 : 1;
