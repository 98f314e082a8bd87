#if canImport(Testing)
  public import CrashLab
  internal import CrashLabText
  internal import Glibc
  public import Testing

  /// How many bytes of stack a closure uses, to the byte.
  ///
  /// ```swift
  /// let bytes = try measureStack { _ = parse(typicalInput) }
  /// ```
  ///
  /// It runs in this process and thread, on a stack of its own that was filled beforehand
  /// (`Laboratory.stackUse`), and may capture whatever it likes. The first call of a library's
  /// function takes stack for the dynamic linker too: call the closure once before to leave it out.
  ///
  /// - Parameter room: bytes of that stack; a closure that needs more ends the process.
  /// - Throws: what the closure throws, or if there is no memory.
  public func measureStack(room: Int = 8 << 20, _ body: () throws -> Void) throws -> Int {
    try Laboratory.stackUse(room: room, body)
  }

  /// Expects that a closure uses no more than so many bytes of stack.
  ///
  /// ```swift
  /// @Test func parserFitsAFiber() throws {
  ///   try expectStack(atMost: 64 << 10) { _ = parse(typicalInput) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - most: bytes.
  ///   - room: bytes of the stack that it runs on; a closure that needs more ends the process.
  /// - Returns: the bytes that it used.
  /// - Throws: what the closure throws, or if there is no memory.
  @discardableResult
  public func expectStack(
    atMost most: Int, room: Int = 8 << 20,
    sourceLocation: Testing.SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) throws -> Int {
    let used = try measureStack(room: max(room, most), body)
    if used > most {
      Issue.record(
        "used \(used) bytes of stack, \(used - most) more than the \(most) that it may",
        sourceLocation: sourceLocation)
    }
    return used
  }

  /// Expects that a program ends by itself with status 0, and that no thread of it uses more than so
  /// many bytes of its stack.
  ///
  /// ```swift
  /// try expectStack(atMost: 256 << 10, of: ["./server", "--self-test"])
  /// ```
  ///
  /// - Parameters:
  ///   - most: bytes from the top of a stack down, thread-local storage included. A peak that is only
  ///     known to be at most so many bytes counts as that.
  ///   - command: the program, searched for in PATH, and its arguments.
  ///   - includingMain: the main stack too.
  ///   - timeout: seconds that it may take.
  /// - Returns: its stacks.
  /// - Throws: if it can't be tried, or takes longer.
  @discardableResult
  public func expectStack(
    atMost most: Int, of command: [String], includingMain: Bool = true, timeout: Double = 60,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> StacksReport {
    let (report, termination) = try Laboratory.stacks(of: command, exact: true, timeout: timeout)
    let over = report.stacks.filter {
      (includingMain || $0.kind != .main) && ($0.peak.map { $0 > most } ?? true)
    }
    if termination.exitStatus != 0 || !over.isEmpty {
      let text = report.text()
      let end = termination.exitStatus == 0 ? "" : "It did not end with status 0. "
      Issue.record(
        "\(end)\(over.count) of its stacks are over \(most) bytes, or not known\n\n\(text)",
        sourceLocation: sourceLocation)
    }
    return report
  }

  /// The smallest stack of a thread on which a closure comes to its end, in whole pages: found by
  /// bisection, where every failure is an overflow that was seen to die in its own guard.
  ///
  /// ```swift
  /// let size = try smallestStack { _ = parse(typicalInput) }
  /// ```
  ///
  /// The closure runs in processes of its own (`Laboratory.trial`), so it can't capture anything.
  ///
  /// - Parameters:
  ///   - most: bytes of the largest stack that is tried.
  ///   - timeout: seconds that a trial may take.
  /// - Returns: bytes, as pthread_attr_setstacksize(3) takes them; PTHREAD_STACK_MIN, 16 KiB on
  ///   x86-64, is the least.
  /// - Throws: if it can't be tried; `StackSearchFailure` if the largest stack is too small, or if it
  ///   fails of anything but an overflow.
  public func smallestStack(
    upTo most: Int = 8 << 20, timeout: Double = 10,
    for body: @escaping @convention(c) () -> Void
  ) throws -> Int {
    let page = sysconf(Int32(_SC_PAGESIZE))
    func fits(_ pages: Int) throws -> Bool {
      let name = Test.current?.name ?? "closure"
      let result = try Laboratory.trial(
        name, on: .thread(size: pages * page), timeout: timeout, body)
      if result.finished && result.faults.isEmpty { return true }
      if let missing = result.missedOverflow { throw StackSearchFailure(description: missing) }
      return false
    }
    let least = max(1, (sysconf(Int32(_SC_THREAD_STACK_MIN)) + page - 1) / page)
    var enough = max(least, most / page)
    guard try fits(enough) else {
      throw StackSearchFailure(description: "a stack of \(enough * page) bytes is too small")
    }
    var tooSmall = least - 1
    while enough - tooSmall > 1 {
      let middle = (enough + tooSmall) / 2
      if try fits(middle) { enough = middle } else { tooSmall = middle }
    }
    return enough * page
  }

  /// Why no smallest stack was found.
  public struct StackSearchFailure: Error, CustomStringConvertible {
    public var description: String
  }
#endif
