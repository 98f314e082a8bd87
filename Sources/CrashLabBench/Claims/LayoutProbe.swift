internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// Looks where stacks lie: in children of our own, and in another program's executions.
struct LayoutProbe {
  var executions = 5
  var threads = 16
  var sizes = [256 << 10, 1 << 20, 8 << 20]

  func look(stackLimit: Int?) throws(SystemError) -> LayoutFacts {
    var seen: [LayoutFacts.Threads] = []
    for size in sizes { seen.append(try look(size: size)) }
    return LayoutFacts(
      executions: (0..<executions).compactMap { _ in LayoutProbe.execution() }, threads: seen,
      growth: try growth(), stackLimit: stackLimit)
  }

  /// What is drawn: a child with so many threads, the first included.
  func portrait(threads: Int, machine: Machine) throws(SystemError) -> LayoutReport {
    try withChild(threads: threads - 1, size: LayoutProbe.usualSize) {
      process throws(SystemError) in
      LayoutReport(try Layout.look(at: process, machine: machine), machine: machine)
    }.sight
  }

  /// glibc's, under the usual limit.
  static let usualSize = 8 << 20

  /// A fork would inherit this process's layout: only an execution draws a new one.
  private static func execution() -> LayoutFacts.Execution? {
    guard let pipe = popen("exec cat /proc/self/maps", "r") else { return nil }
    defer { pclose(pipe) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&chunk, 1, chunk.count, pipe)
      if count == 0 { break }
      text += chunk.prefix(count)
    }
    let mappings = Mapping.parse(maps: text)
    guard let code = mappings.first, let stack = mappings.first(where: { $0.path == "[stack]" }),
      let library = mappings.last(where: { $0.path.hasPrefix("/") })
    else { return nil }
    return LayoutFacts.Execution(
      code: code.low, heap: mappings.first { $0.path == "[heap]" }?.low, library: library.low,
      stack: stack.high, stackMapped: Int(stack.high.value - stack.low.value))
  }

  /// Threads that stand still while `look` looks; then they end, and one more is started.
  func withChild<Sight>(
    threads: Int, size: Int, look: (pid_t) throws(SystemError) -> Sight
  ) throws(SystemError) -> (sight: Sight, stacks: [Range<Address>], later: Address) {
    let board = try LayoutBoard(threads: threads, size: size)
    defer { board.unmap() }
    var stage = clab_stage()
    var placement = Placement(core: nil, policy: .other).description()
    try check(clab_stage_start(&placement, layOut, board.memory, &stage), "fork")
    defer { clab_stage_end(&stage) }
    try next(stage)
    let sight = try look(stage.pid)
    try next(stage)
    let stacks = (0..<threads).map { Address(board.low($0))..<Address(board.high($0)) }
    return (sight, stacks.sorted { $0.lowerBound < $1.lowerBound }, Address(board.lowOfLater))
  }

  private func look(size: Int) throws(SystemError) -> LayoutFacts.Threads {
    let (mappings, ranges, later) = try withChild(threads: threads, size: size) {
      Mapping.parse(maps: readSmallBytes("/proc/\($0)/maps") ?? [])
    }
    let stacks = ranges.map { range in
      let below = mappings.first {
        $0.high == range.lowerBound && !$0.permissions.contains(.write)
      }
      return LayoutFacts.Threads.Stack(
        low: range.lowerBound, high: range.upperBound,
        guardSize: below.map { Int($0.high.value - $0.low.value) } ?? 0)
    }
    let heap = mappings.first { $0.path == "[heap]" }?.high
    let main = mappings.first { $0.path == "[stack]" }?.low
    return LayoutFacts.Threads(
      size: size, stacks: stacks,
      isReused: stacks.contains { $0.low == later },
      areBetweenHeapAndMainStack: stacks.allSatisfy {
        $0.low > heap ?? Address(0) && $0.high < main ?? Address(.max)
      })
  }

  private func growth() throws(SystemError) -> LayoutFacts.Growth {
    var stage = clab_stage()
    var placement = Placement(core: nil, policy: .other).description()
    var step = 256 << 10
    try check(clab_stage_start(&placement, clab_grow_stack, &step, &stage), "fork")
    defer { clab_stage_end(&stage) }
    var mapped: [Int] = []
    // The first step goes through what was already mapped.
    for _ in 0..<5 {
      try next(stage)
      let mappings = Mapping.parse(maps: readSmallBytes("/proc/\(stage.pid)/maps") ?? [])
      let stack = mappings.first { $0.path == "[stack]" }
      mapped.append(stack.map { Int($0.high.value - $0.low.value) } ?? 0)
    }
    return LayoutFacts.Growth(mapped: mapped, step: step)
  }

  private func next(_ stage: clab_stage) throws(SystemError) {
    var stage = stage
    var elapsed: UInt64 = 0
    try check(clab_stage_next(&stage, 10_000, &elapsed), "look at a child")
  }

  private func check(_ code: CInt, _ what: String) throws(SystemError) {
    if code != 0 { throw SystemError(what, code: code) }
  }
}

/// Shared with the child: how many threads and how large, then what they found.
private struct LayoutBoard {
  let memory: UnsafeMutablePointer<UInt64>
  private let length: Int

  init(threads: Int, size: Int) throws(SystemError) {
    length = (4 + 2 * threads) * 8
    guard
      let memory = mmap(
        nil, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { throw SystemError("mmap") }
    self.memory = memory.assumingMemoryBound(to: UInt64.self)
    self.memory[0] = UInt64(threads)
    self.memory[1] = UInt64(size)
  }

  func unmap() { munmap(memory, length) }
  func low(_ index: Int) -> UInt64 { memory[4 + 2 * index] }
  func high(_ index: Int) -> UInt64 { memory[5 + 2 * index] }
  var lowOfLater: UInt64 { memory[2] }
}

/// In the child: threads that stay, all at once; then, when they have ended, one more.
private let layOut: @convention(c) (CInt, UnsafeRawPointer?) -> Void = { channel, argument in
  guard let argument else { return }
  let memory = UnsafeMutableRawPointer(mutating: argument).assumingMemoryBound(to: UInt64.self)
  let count = Int(memory[0])
  clab_share_arena()
  clab_stage_await(channel)
  let hall = ThreadHall()
  let threads = (0..<count).map { hall.start(size: Int(memory[1]), notingAt: memory + 4 + 2 * $0) }
  for _ in 0..<count { hall.arrived.wait() }
  clab_stage_done(channel, 0, 0)
  clab_stage_await(channel)
  for _ in 0..<count { hall.leave.open() }
  for thread in threads { pthread_join(thread, nil) }
  hall.leave.open()
  pthread_join(hall.start(size: Int(memory[1]), notingAt: memory + 2), nil)
  clab_stage_done(channel, 0, 0)
  clab_stage_await(channel)
}

private final class ThreadHall {
  let arrived = Latch()
  let leave = Latch()

  private final class Order {
    let hall: ThreadHall
    let note: UnsafeMutablePointer<UInt64>

    init(_ hall: ThreadHall, _ note: UnsafeMutablePointer<UInt64>) {
      self.hall = hall
      self.note = note
    }
  }

  func start(size: Int, notingAt note: UnsafeMutablePointer<UInt64>) -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, size)
    var thread = pthread_t()
    pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let order = Unmanaged<Order>.fromOpaque(argument).takeRetainedValue()
        clab_current_stack(order.note, order.note + 1)
        order.hall.arrived.open()
        order.hall.leave.wait()
        return nil
      }, Unmanaged.passRetained(Order(self, note)).toOpaque())
    return thread
  }
}
