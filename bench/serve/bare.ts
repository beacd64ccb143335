// The least that a service on Fastify can do: reads a body, answers with a constant of the shape of a prediction.
// What it reaches is the limit of any service on this server and machine, however fast the model is.
//
//   node bench/serve/bare.ts PORT
import { PredictReply } from '@verdict/contracts';
import { fastify } from 'fastify';

const app = fastify();
const answer = {
  prediction: 0,
  label: 'no',
  probability: [0.8188113, 0.1811887],
  confidence: 0.8188113,
  threshold: 0.37,
  model: 'churn',
  version: '1',
  requestId: '0198b5a3-7f4e-7c1d-9b2a-3f5e6d7c8b9a',
};
app.post('/predict', { schema: { response: { 200: PredictReply } } }, (_, reply) => {
  reply.send(answer);
});
app.get('/health', (_, reply) => {
  reply.send({ status: 'ok' });
});
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
