/**
 * Time between a server's pings, in seconds: longer than any run. Servers that wait for their turn share a core with
 * the one that is measured, and must not disturb it; NATS, Nchan and the C loop would not ping either.
 */
export const pingIntervalSeconds = 3_600;
