/// What stacks and their guards cost: values only.
package struct StackCosts: Sendable, Equatable {
  /// What a process has more with so many idle threads than with fewer, for each thread.
  package struct Thread: Sendable, Equatable {
    /// Of its stack, bytes, as all that follow.
    package var size: Int
    package var addressSpace: Int
    package var resident: Int
    package var pageTables: Int
  }

  /// Stacks side by side, each with a guard of one kind.
  package struct Guards: Sendable, Equatable {
    package var stacks: Int
    /// Mappings more than without guards.
    package var mappings: Int
    /// Nanoseconds that one guard took.
    package var duration: Double
  }

  package var threads: Int
  package var thread: Thread
  /// By mprotect(2).
  package var protected: Guards
  /// By MADV_GUARD_INSTALL; nil where the kernel has none.
  package var installed: Guards?
  /// vm.max_map_count; nil if it can't be read.
  package var mostMappings: Int?
}
