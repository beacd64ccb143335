import type { AliasMove, AliasState, Model, MoveRequest, Version } from '@verdict/store';

// The store says `name` where the interface says `model`.

function aliasReply({ name, alias, version, sequence }: AliasState) {
  return { model: name, alias, version, sequence };
}

export function modelReply({ name, at, latest, aliases }: Model) {
  return { model: name, at, latest, aliases: aliases.map(aliasReply) };
}

export function versionReply({ name, ...rest }: Version) {
  return { model: name, ...rest };
}

export function moveReply({ name, ...rest }: AliasMove) {
  return { model: name, ...rest };
}

export function requestReply({ name, ...rest }: MoveRequest) {
  return { model: name, ...rest };
}
