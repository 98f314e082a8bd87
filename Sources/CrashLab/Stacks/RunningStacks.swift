internal import CHarness
package import CrashLabModel
internal import Glibc

/// The stacks of a process that runs, looked at again and again without stopping it.
package struct RunningStacks {
  private let process: Int32
  private let machine: Machine
  private let command: [String]
  private var entries: EntryFunctions
  /// Of the threads that the last look has seen.
  private var living: [Int32: UsedStack] = [:]
  /// Of those that have ended since.
  private var ended = StackTally()
  private var images: [String] = []
  private var limit = StackSizeSource.ResourceLimit.unknown

  package init(_ process: Int32, machine: Machine) {
    self.process = process
    self.machine = machine
    command = processArguments(of: process)
    entries = EntryFunctions(of: process)
  }

  /// Looks once more. A thread that was seen before keeps the most that it has used.
  ///
  /// - Throws: SystemError if the process has ended, or may not be looked at.
  package mutating func look() throws(SystemError) {
    let layout = try Layout.look(at: process, machine: machine)
    let stacks = layout.uses.map(\.stack)
    var blocks = ControlBlocks(process: process, pageSize: machine.pageSize)
    let found = blocks.find(
      inTopOf: stacks.filter { $0.evidence == .controlBlock }
        .map { $0.region.low..<$0.region.high })
    var seen: [Int32: UsedStack] = [:]
    for use in layout.uses {
      guard let thread = use.stack.region.thread else { continue }
      let block = found.first { use.stack.region.contains($0) }
      var stack = UsedStack(use, entry: block.flatMap { entry(of: thread, block: $0) })
      if let peak = living[thread]?.peak, living[thread]?.size == stack.size {
        stack.peak = stack.peak?.larger(peak) ?? peak
      }
      seen[thread] = stack
    }
    let threads = Set(layout.threads.map(\.id))
    for (thread, stack) in living where seen[thread] == nil {
      // Its stack pointer can't be read at every moment.
      if threads.contains(thread) { seen[thread] = stack } else { ended.add(stack) }
    }
    living = seen
    if images.isEmpty {
      let maps = readSmallBytes("/proc/\(process)/maps") ?? []
      images = Set(Mapping.parse(maps: maps).map(\.path)).filter { $0.hasPrefix("/") }
      limit = StackSizeSource.ResourceLimit(of: process)
    }
  }

  private mutating func entry(of thread: Int32, block: Address) -> Address? {
    if let known = living[thread]?.entry { return known }
    return entries.entry(
      of: thread, clab_new_thread(stack: 0, pointer: block.value))
  }

  /// What all looks have seen.
  package func report() -> StacksReport {
    var tally = ended
    for stack in living.values { tally.add(stack) }
    return StacksReport(
      tally, names: entries.names(with: Symbolicator(keepsProcess: false)), images: images,
      limit: limit, notes: [.looked], command: command, machine: machine)
  }
}

extension clab_new_thread {
  /// A thread that runs: of its stack only the block is looked at.
  fileprivate init(stack: UInt64, pointer: UInt64) {
    self.init()
    stack_pointer = stack
    thread_pointer = pointer
  }
}

extension UsedStack {
  /// A stack in use. Pages that an earlier thread has touched are not told from its thread's own.
  package init(_ use: StackOccupancy, entry: Address?) {
    let region = use.stack.region
    let isThreads = region.kind == .thread || region.kind == .coroutine
    self.init(
      kind: region.kind, name: region.name, entry: entry,
      size: region.isLimitKnown ? region.size : nil, guard: region.guard.size,
      threadLocalStorage: nil,
      peak: StackPeak(bytes: use.touched, bound: isThreads ? .atMost : .page))
  }
}
