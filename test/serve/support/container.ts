import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const env = { ...process.env, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' };

/** What an image says about how it is run. */
export interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/**
 * A container of an image with a network of its own and a root file system that cannot be written to, but for /tmp
 * and the volumes. It is chroot that parts it from the machine, not a container engine: there is none here.
 */
export class Container {
  readonly config: ImageConfig;
  readonly #id: string;
  readonly #root: string;
  readonly #network: ChildProcess;
  readonly #volumes: Readonly<Record<string, string>>;

  private constructor(
    id: string,
    root: string,
    config: ImageConfig,
    network: ChildProcess,
    volumes: Readonly<Record<string, string>>,
  ) {
    this.#id = id;
    this.#root = root;
    this.config = config;
    this.#network = network;
    this.#volumes = volumes;
  }

  /** @param volumes folders of this machine by where they lie in the container */
  static async from(image: string, volumes: Readonly<Record<string, string>>): Promise<Container> {
    const id = (await run('buildah', ['from', image], { env })).stdout.trim();
    const root = (await run('buildah', ['mount', id], { env })).stdout.trim();
    const inspected = await run('buildah', ['inspect', '--type', 'image', image], {
      env,
      maxBuffer: 1 << 26,
    });
    const { Docker } = JSON.parse(inspected.stdout) as { Docker: { config: ImageConfig } };
    // A process that holds a network with a loopback of its own.
    const network = spawn(
      'unshare',
      ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 3600'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await new Promise((resolve, reject) => {
      network.stdout?.once('data', resolve);
      network.once('exit', () => reject(new Error('there is no network for the container')));
    });
    return new Container(id, root, Docker.config, network, volumes);
  }

  /** Starts a command as the image's user, with the image's environment and folder. */
  start(command: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess {
    const { User, WorkingDir } = this.config;
    const environment = Object.entries({ ...this.#environment(), ...more }).map(
      ([name, value]) => `${name}=${value}`,
    );
    const mounts = Object.entries({ ...this.#volumes })
      .map(([inside, outside]) => `mkdir -p "$R${inside}" && mount --bind "${outside}" "$R${inside}"`)
      .join(' && ');
    const script = `set -e
R="${this.#root}"
mount --bind "$R" "$R"
${mounts}
mount -t tmpfs tmpfs "$R/tmp"
mount -t proc proc "$R/proc"
mount -o remount,bind,ro "$R"
exec chroot --userspec=${User} "$R" /usr/bin/env -i ${environment.map((one) => `'${one}'`).join(' ')} sh -c 'cd ${WorkingDir} && exec "$@"' sh "$@"`;
    return spawn(
      'nsenter',
      [
        '--net',
        '--target',
        String(this.#network.pid),
        'unshare',
        '--mount',
        'sh',
        '-c',
        script,
        'sh',
        ...command,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
  }

  /** Runs a command to its end. */
  async run(
    command: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const child = this.start(command, more);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, stdout, stderr };
  }

  async remove(): Promise<void> {
    this.#network.kill('SIGKILL');
    await run('buildah', ['rm', this.#id], { env });
  }

  #environment(): Record<string, string> {
    const { Env } = this.config as ImageConfig & { Env: readonly string[] };
    return Object.fromEntries(
      Env.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    );
  }
}
