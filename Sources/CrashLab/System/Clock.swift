internal import CHarness

/// CLOCK_MONOTONIC in nanoseconds.
package func monotonicTime() -> UInt64 { clab_now() }
