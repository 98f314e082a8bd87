/// What stacks and their guards cost: values only.
package struct StackCosts: Sendable, Equatable {
  /// What a process has more with so many idle threads than with fewer, for each thread.
  package struct Thread: Sendable, Equatable {
    /// Of its stack, bytes, as all that follow.
    package var size: Int
    package var addressSpace: Int
    package var resident: Int
    package var pageTables: Int

    package init(size: Int, addressSpace: Int, resident: Int, pageTables: Int) {
      self.size = size
      self.addressSpace = addressSpace
      self.resident = resident
      self.pageTables = pageTables
    }
  }

  /// Stacks side by side, each with a guard of one kind.
  package struct Guards: Sendable, Equatable {
    package var stacks: Int
    /// Mappings more than without guards.
    package var mappings: Int
    /// Nanoseconds that one guard took.
    package var duration: Double

    package init(stacks: Int, mappings: Int, duration: Double) {
      self.stacks = stacks
      self.mappings = mappings
      self.duration = duration
    }
  }

  package var threads: Int
  package var thread: Thread
  /// By mprotect(2).
  package var protected: Guards
  /// By MADV_GUARD_INSTALL; nil where the kernel has none.
  package var installed: Guards?
  /// vm.max_map_count; nil if it can't be read.
  package var mostMappings: Int?

  package init(
    threads: Int, thread: Thread, protected: Guards, installed: Guards?, mostMappings: Int?
  ) {
    self.threads = threads
    self.thread = thread
    self.protected = protected
    self.installed = installed
    self.mostMappings = mostMappings
  }
}
