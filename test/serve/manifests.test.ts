import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/folder.ts';
import { serveTool } from './support/tools.ts';

const run = promisify(execFile);
const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));
const folder = scratchFolder();
const manifests = readdirSync(join(deploy, 'kubernetes')).filter((name) => name.endsWith('.yaml'));
const text = (...path: string[]): string => readFileSync(join(deploy, ...path), 'utf8');

/** What the validator says of a manifest: against the schemas that Kubernetes publishes of its version 1.37. */
async function validate(file: string): Promise<string> {
  return run(serveTool('kubernetes-validate'), ['--strict', '--kubernetes-version', '1.37', file]).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: { stdout: string; stderr: string }) => `FAILED ${error.stdout}${error.stderr}`,
  );
}

describe('the manifests for Kubernetes', () => {
  it.each(manifests)('%s is what the published schema asks for', async (name) => {
    expect(await validate(join(deploy, 'kubernetes', name))).toMatch(/^INFO .* passed for resource /m);
  });

  it('would be refused with a slip', async () => {
    const wrong = text('kubernetes', 'deployment.yaml').replace('readinessProbe:', 'readynessProbe:');
    expect(await validate(folder.file('wrong.yaml', wrong))).toMatch(/^FAILED .*readynessProbe/s);
  });

  it('have all that the service needs, and name the same things', () => {
    const all = manifests.map((name) => text('kubernetes', name)).join('\n---\n');
    const kinds = [...all.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind).sort();
    expect(kinds).toEqual([
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Namespace',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ]);
    for (const wanted of [
      'startupProbe',
      'livenessProbe',
      'readinessProbe',
      'resources',
      'readOnlyRootFilesystem: true',
    ])
      expect(all).toContain(wanted);
    const paths = [...all.matchAll(/path: (\/health\S*)/g)].map(([, path]) => path);
    expect(new Set(paths)).toEqual(new Set(['/health/live', '/health/ready']));
    // The same user as in the image.
    expect(all).toContain('runAsUser: 10001');
    expect(text('Dockerfile')).toContain('USER 10001:10001');
  });
});

describe('the composition', () => {
  it('is valid, and asks for a password', async () => {
    const compose = serveTool('docker-compose');
    const args = ['--file', join(deploy, 'compose.yaml'), 'config', '--format', 'json'];
    const env = { PATH: process.env.PATH };
    const { stdout } = await run(compose, args, { env: { ...env, POSTGRES_PASSWORD: 'secret' } });
    const { services } = JSON.parse(stdout);
    expect(Object.keys(services).sort()).toEqual(['grafana', 'postgres', 'prometheus', 'verdict']);
    expect(services.verdict).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      environment: { VERDICT_DATABASE_URL: 'postgres://verdict:secret@postgres:5432/verdict' },
    });
    // Nothing is reached from outside of the machine.
    for (const { ports = [] } of Object.values(services) as { ports?: { host_ip?: string }[] }[])
      expect(ports.filter((port) => port.host_ip !== '127.0.0.1')).toEqual([]);
    // The wrapper from PyPI ends with status 0 whatever the program says.
    expect((await run(compose, args, { env })).stderr).toContain('set a password there');
    const wrong = join(folder.path, 'wrong-compose.yaml');
    writeFileSync(wrong, text('compose.yaml').replace('read_only: true', 'readonly: true'));
    const refused = await run(compose, ['--file', wrong, 'config'], {
      env: { ...env, POSTGRES_PASSWORD: 'x' },
    });
    expect(refused.stderr).toContain('readonly');
  });

  it('pins every image to a version', () => {
    const images = [...text('compose.yaml').matchAll(/image: (\S+)/g)].map(([, image]) => image);
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+/);
    expect(text('Dockerfile')).toMatch(/^ARG BASE=\S+:\d+\.\d+\.\d+-/m);
  });

  it('gives Prometheus a configuration and alerts that it reads', async () => {
    const rules = await run('promtool', ['check', 'rules', join(deploy, 'prometheus', 'alerts.yaml')]);
    expect(rules.stdout).toMatch(/SUCCESS: 8 rules found/);
    const config = folder.file(
      'prometheus.yaml',
      text('prometheus', 'prometheus.yaml').replace(
        '- alerts.yaml',
        `- ${join(deploy, 'prometheus', 'alerts.yaml')}`,
      ),
    );
    const checked = await run('promtool', ['check', 'config', '--syntax-only', config]);
    expect(checked.stdout).toContain('is valid');
  });
});
