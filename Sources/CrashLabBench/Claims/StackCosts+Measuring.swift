internal import CHarness
internal import CrashLab
internal import CrashLabModel
internal import Glibc

extension LayoutProbe {
  /// Idle threads with stacks of the usual size, in a child; guards, in this process.
  func costs() throws(SystemError) -> StackCosts? {
    let (few, many) = (4, 104)
    let size = LayoutProbe.usualSize
    let before = try withChild(threads: few, size: size) { MemoryUse(of: $0) }.sight
    let after = try withChild(threads: many, size: size) { MemoryUse(of: $0) }.sight
    guard let before, let after, let protected = LayoutProbe.guards({ clab_protect_guard($0, $1) })
    else { return nil }
    let more = many - few
    return StackCosts(
      threads: more,
      thread: StackCosts.Thread(
        size: size, addressSpace: (after.addressSpace - before.addressSpace) / more,
        resident: (after.resident - before.resident) / more,
        pageTables: (after.pageTables - before.pageTables) / more),
      protected: protected, installed: LayoutProbe.guards { clab_install_guard($0, $1) },
      mostMappings: readSmallFile("/proc/sys/vm/max_map_count")
        .flatMap { Int(String($0.prefix { $0 != "\n" })) })
  }

  private static let guardedStacks = 256

  /// Guards in one piece of memory, so that nothing else joins it or is split.
  private static func guards(
    _ make: (UnsafeMutableRawPointer, Int) -> CInt
  ) -> StackCosts.Guards? {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let stack = 16 * page
    guard let memory = clab_map_stack(page, true, page, guardedStacks * stack) else { return nil }
    defer { munmap(memory - page, page + guardedStacks * stack) }
    guard let before = mappingsOfThisProcess() else { return nil }
    let started = clab_now()
    for index in 0..<guardedStacks {
      if make(memory + index * stack, page) != 0 { return nil }
    }
    let duration = Double(clab_now() - started) / Double(guardedStacks)
    guard let after = mappingsOfThisProcess() else { return nil }
    return StackCosts.Guards(
      stacks: guardedStacks, mappings: after - before, duration: duration)
  }

  private static func mappingsOfThisProcess() -> Int? {
    readSmallBytes("/proc/self/maps").map { maps in maps.count { $0 == UInt8(ascii: "\n") } }
  }
}

/// What a process has, bytes.
private struct MemoryUse {
  var addressSpace: Int
  var resident: Int
  var pageTables: Int

  /// Nil if the kernel does not tell (proc(5), /proc/PID/status).
  init?(of process: pid_t) {
    guard let status = readSmallFile("/proc/\(process)/status") else { return nil }
    func kilobytes(_ name: String) -> Int? {
      status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        .flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }
        .flatMap { Int($0) }
    }
    guard let size = kilobytes("VmSize"), let resident = kilobytes("VmRSS"),
      let tables = kilobytes("VmPTE")
    else { return nil }
    addressSpace = size * 1024
    self.resident = resident * 1024
    pageTables = tables * 1024
  }
}
