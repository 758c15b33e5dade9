/**
 * The interval of a server's pings in seconds, longer than any run. Servers that wait for their turn share a
 * core with the measured server and must not disturb it. NATS, Nchan and the C loop do not ping during a run
 * either.
 */
export const pingIntervalSeconds = 3_600;
