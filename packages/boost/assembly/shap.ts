export function shapContributions(): void {}
