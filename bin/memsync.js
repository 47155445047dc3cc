#!/usr/bin/env node
// Kept plain, so that an old Node can still read it far enough to say what is wrong.
const [major, minor] = process.versions.node.split('.').map(Number);

// Whoever reads the output may stop before its end, as `head` does.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

async function run() {
  const { existsSync } = await import('node:fs');
  // A clone has the sources, which Node runs as they are; a package has only what was built from them.
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : '../dist/src/cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `memsync needs Node 22.18 or newer and this is ${process.versions.node}; in a clone, run \`npm ci\` and then \`npx memsync\`.`,
  );
  process.exitCode = 1;
} else {
  run().catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
