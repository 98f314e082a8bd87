internal import CHarness
internal import CrashLabModel
internal import Glibc

/// The stacks of one process under trace, from its start to its end.
final class StackWatch {
  private let process: pid_t
  private let isExact: Bool
  private let pages: TargetPages
  private var entries: EntryFunctions
  /// Of the threads that live.
  private var threads: [Int32: ThreadStack] = [:]
  /// What the makers of threads were doing that have not stopped yet.
  private var making: [Int32: clab_new_thread] = [:]
  private var breakpoint: UInt64?
  private var hasLooked = false
  /// The main stack: from where it was filled, where the program began, and its top.
  private let main: (filledFrom: Address?, start: Address, top: Address)?
  /// Bytes that stacks may be filled with.
  private var budget: Int
  private(set) var tally = StackTally()
  private(set) var notes: Set<StacksNote> = []
  /// Whether its last stacks were looked at.
  private var isOver = false
  private(set) var limit = StackSizeSource.ResourceLimit.unknown

  /// - Parameter process: stands before the first instruction of a program.
  init(_ process: pid_t, isExact: Bool, pageSize: Int) throws(SystemError) {
    self.process = process
    self.isExact = isExact
    pages = try TargetPages(of: process, pageSize: pageSize)
    entries = EntryFunctions(of: process)
    let pagesFree = sysconf(Int32(_SC_AVPHYS_PAGES))
    budget = isExact ? max(0, pagesFree) / 4 * pageSize : 0
    var told = clab_new_thread()
    if clab_look_at_new_thread(process, &told) == 0,
      let mapping = pages.mapping(at: Address(told.stack_pointer))
    {
      let start = Address(told.stack_pointer)
      let isFilled =
        isExact
        && clab_fill_memory(process, mapping.low.value, start.value, ThreadStack.pattern) == 0
      main = (isFilled ? mapping.low : nil, start, mapping.high)
    } else {
      main = nil
    }
  }

  /// A thread has made another, and stands in the call.
  func isMaking(_ thread: Int32, by maker: Int32) {
    guard threads[thread] == nil, making.count < 1 << 16 else { return }
    var told = clab_new_thread()
    if clab_look_at_new_thread(maker, &told) == 0 { making[thread] = told }
  }

  /// A thread stands before its first instruction.
  func begins(_ thread: Int32) {
    guard threads[thread] == nil else { return }
    let maker = making.removeValue(forKey: thread)
    var told = clab_new_thread()
    guard clab_look_at_new_thread(thread, &told) == 0 else { return }
    if let maker { (told.stack_low, told.stack_size) = (maker.stack_low, maker.stack_size) }
    guard var stack = ThreadStack(told, in: pages) else { return }
    stack.entry = entries.entry(of: thread, told)
    let room = Int(clamping: stack.start.value - stack.low.value)
    if isExact, stack.isLimitKnown {
      if room <= budget,
        clab_fill_memory(thread, stack.low.value, stack.start.value, ThreadStack.pattern) == 0
      {
        stack.filledFrom = stack.low
        budget -= room
      } else {
        notes.insert(.notAllFilled)
      }
    }
    threads[thread] = stack
    setBreakpoint(in: thread)
  }

  private func setBreakpoint(in thread: Int32) {
    if !hasLooked {
      hasLooked = true
      let found = entries.addressOfMadvise(thread: thread)
      breakpoint = found.address
      if found.isNeeded, found.address == nil { notes.insert(.noMadvise) }
    }
    guard let breakpoint else { return }
    if clab_set_breakpoint(thread, breakpoint) != 0 {
      notes.insert(.noBreakpoint)
      self.breakpoint = nil
    }
  }

  /// A thread stands at SIGTRAP: true if that was ours, and the program must not get it.
  func isAtBreakpoint(_ thread: Int32) -> Bool {
    var arguments: (UInt64, UInt64, UInt64) = (0, 0, 0)
    guard let breakpoint,
      withUnsafeMutableBytes(
        of: &arguments,
        {
          clab_is_at_breakpoint(
            thread, breakpoint, $0.baseAddress?.assumingMemoryBound(to: UInt64.self))
        })
    else { return false }
    if var stack = threads[thread], arguments.2 == UInt64(MADV_DONTNEED),
      arguments.0 < stack.start.value, arguments.0 &+ arguments.1 > stack.low.value
    {
      let peak = stack.used(in: pages, by: thread)
      if let peak { stack.peak = stack.peak?.larger(peak) ?? peak }
      threads[thread] = stack
    }
    return true
  }

  /// A thread is about to end.
  func ends(_ thread: Int32) {
    guard thread != process, var stack = threads.removeValue(forKey: thread) else { return }
    if let filled = stack.filledFrom {
      budget += Int(clamping: stack.start.value - filled.value)
    }
    look(at: &stack, of: thread)
    tally.add(stack.ended(named: name(of: thread)))
  }

  private func look(at stack: inout ThreadStack, of thread: Int32) {
    if stack.peak != nil { return }
    stack.peak = stack.used(in: pages, by: thread)
    // Without the breakpoint the C library has given the deeper pages back by now.
    if !notes.isDisjoint(with: [.noBreakpoint, .noMadvise]) { stack.peak?.bound = .atLeast }
  }

  /// The whole process is about to end, and still has its memory.
  func isLeaving(by thread: Int32) {
    if isOver { return }
    isOver = true
    limit = StackSizeSource.ResourceLimit(of: process)
    for (id, stack) in threads {
      var stack = stack
      // A thread that has not ended has given nothing back.
      if stack.peak == nil { stack.peak = stack.used(in: pages, by: thread) }
      tally.add(stack.ended(named: name(of: id)))
    }
    threads = [:]
    addMain(by: thread)
  }

  private func addMain(by thread: Int32) {
    guard let main, let mapping = pages.mapping(at: Address(main.top.value - 1)),
      let touched = pages.lowestTouched(in: mapping.low..<main.top)
    else { return }
    let size: Int? =
      if case .soft(let bytes) = limit { Int(clamping: bytes) } else { nil }
    var peak = StackPeak(
      bytes: Int(clamping: main.top.value - touched.page.value), bound: .page)
    if let filled = main.filledFrom, mapping.low >= filled {
      var place: UInt64 = 0
      let error = clab_lowest_changed(
        thread, filled.value, main.start.value, ThreadStack.pattern, &place)
      if error == 0, place > filled.value {
        peak = StackPeak(bytes: Int(clamping: main.top.value - place), bound: .exact)
      }
    }
    tally.add(
      UsedStack(
        kind: .main, name: name(of: process), entry: nil, size: size, guard: nil,
        threadLocalStorage: nil, peak: peak))
  }

  /// The process has ended.
  func ended() {
    if isOver { return }
    notes.insert(.endNotSeen)
    for (_, stack) in threads { tally.add(stack.ended(named: "")) }
    threads = [:]
  }

  private func name(of thread: Int32) -> String {
    let text = readSmallFile("/proc/\(process)/task/\(thread)/comm") ?? ""
    return String(text.prefix { $0 != "\n" })
  }

  /// The images that tell who has set sizes.
  var images: [String] { Set(pages.mappings().map(\.path)).filter { $0.hasPrefix("/") } }

  func names(with symbolicator: Symbolicator) -> [Address: CodeName] {
    entries.names(with: symbolicator)
  }
}
