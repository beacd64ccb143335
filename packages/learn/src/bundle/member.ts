/** The members that a bundle can hold: gradient-boosted trees and a logistic regression. */
export const memberNames = ['trees', 'logistic'] as const;
export type MemberName = (typeof memberNames)[number];

/** The part of the bundle that holds each member. */
export const memberParts = { trees: 'model.ubj', logistic: 'logistic.json' } as const;
