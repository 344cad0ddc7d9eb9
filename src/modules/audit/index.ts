export { type SecurityEvent, type SecurityEventType, securityEventTypes } from './events.ts';
export { type AuditRow, findAuditEvents } from './repository.ts';
export { deleteAuditEvents } from './repository-write.ts';
export { type Actor, logSecurityEvents, recordSecurityEvent } from './service.ts';
