/** The places of users' connections, over all replicas. A place is a lease: a killed replica leaks none. */
export interface ConnectionLeases {
  /** Takes a place for a session, or finds none free. A session that has one already keeps it. */
  acquire(userId: string, sessionId: string): Promise<boolean>;
  release(userId: string, sessionId: string): Promise<void>;
  /** Renews the leases of all connected sessions. */
  renew(sessions: Iterable<{ userId: string; id: string }>): Promise<void>;
}
