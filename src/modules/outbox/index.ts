export { listMessages, type MessageRow } from './repository.ts';
export {
  claimMessages,
  completeMessage,
  enqueue,
  failMessage,
  type NewMessage,
  type OutboxMessage,
  retryMessages,
  withdraw,
} from './repository-write.ts';
