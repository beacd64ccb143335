import { Command } from 'commander';
import { approveCommand, protectCommand, rejectCommand, requestsCommand } from './approvals.ts';
import { archiveCommand, collectCommand, unarchiveCommand } from './archive.ts';
import { compareVersionsCommand } from './compare.ts';
import { exportCommand, importVersionCommand } from './exchange.ts';
import { historyCommand } from './history.ts';
import { listCommand, showCommand } from './list.ts';
import { promoteCommand, retireCommand, rollbackCommand } from './promote.ts';
import { registerCommand } from './register.ts';

/** `verdict models …`: the registry. */
export function modelsCommand(signal: AbortSignal): Command {
  const models = new Command('models')
    .description('the registry: versions of models, and which of them serves')
    .addHelpText(
      'after',
      `
A model is named NAME, one of its versions NAME:3 or NAME@ALIAS. What is served is where the alias "champion" points.

Examples:
  verdict models register churn --model output/model
  verdict models promote churn:2 --reason "better on May's customers"
  verdict models history churn --at 2026-03-01
  verdict models rollback churn --reason "complaints"`,
    );
  for (const command of [
    listCommand,
    showCommand,
    registerCommand,
    promoteCommand,
    rollbackCommand,
    retireCommand,
    historyCommand,
    compareVersionsCommand,
    protectCommand,
    requestsCommand,
    approveCommand,
    rejectCommand,
    exportCommand,
    importVersionCommand,
    archiveCommand,
    unarchiveCommand,
    collectCommand,
  ]) {
    models.addCommand(command(signal));
  }
  return models;
}
