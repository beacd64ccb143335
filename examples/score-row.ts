// Scores single rows in your own program, as a service would: no table is read, no thread is started.
//
//   node examples/score-row.ts [MODEL]
import { loadScorer, VerdictError } from 'verdict';

// Reading a bundle checks every hash and every bound; do it once, then score as often as you like.
const scorer = await loadScorer(process.argv[2] ?? 'output/model');

const customer = {
  state: 'OH',
  account_length: 107,
  area_code: 'area_code_415',
  international_plan: 'no',
  voice_mail_plan: 'yes',
  number_vmail_messages: 26,
  total_day_minutes: 161.6,
  total_day_calls: 123,
  total_day_charge: 27.47,
  total_eve_minutes: 195.5,
  total_eve_calls: 103,
  total_eve_charge: 16.62,
  total_night_minutes: 254.4,
  total_night_calls: 103,
  total_night_charge: 11.45,
  total_intl_minutes: 13.7,
  total_intl_calls: 3,
  total_intl_charge: 3.7,
  number_customer_service_calls: 1,
};
const { probability, label } = scorer.scoreRow(customer);
console.log(`churn: ${label}, probability ${probability.toFixed(3)}`);

const angry = scorer.scoreRow({ ...customer, number_customer_service_calls: 6 });
console.log(`after six calls to the service: ${angry.label}, probability ${angry.probability.toFixed(3)}`);

// A wrong value is an error that says where and what to do, never a silent guess.
try {
  scorer.scoreRow({ ...customer, total_day_minutes: 'a lot' });
} catch (error) {
  if (!(error instanceof VerdictError)) throw error;
  console.log(`${error.code}: ${error.message} ${error.hint}`);
}
