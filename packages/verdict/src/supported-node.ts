/** The first major version of Node.js whose modules hold all that the packages use. */
const oldest = 22;

/**
 * Tells a Node.js that is too old what is needed. Called while the library is imported, before anything that
 * such a Node.js would stumble over.
 *
 * @param version of Node.js, such as 22.1.0
 * @throws Error if it is too old
 */
export function requireSupportedNode(version: string): void {
  if (Number(version.split('.')[0]) >= oldest) return;
  throw new Error(
    `verdict needs Node.js ${oldest} or newer, but this is ${version}. Install it from https://nodejs.org.`,
  );
}

requireSupportedNode(process.versions.node);
