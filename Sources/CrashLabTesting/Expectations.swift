// Swift Testing has no static library: `--static-swift-stdlib` builds the command without this.
#if canImport(Testing)
  public import CrashLab
  internal import CrashLabText
  public import Testing

  /// Expects that a closure overflows its stack and dies of it, in the guard: it has not stepped over.
  ///
  /// ```swift
  /// @Test func deepInputDiesInTheGuard() throws {
  ///   try expectOverflow(in: .thread(size: 512 << 10)) { parse(deepInput) }
  /// }
  /// ```
  ///
  /// The closure runs in a process of its own (`Laboratory.trial`),
  /// so it can't capture anything.
  ///
  /// - Parameters:
  ///   - stack: the stack that it runs on.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result, for further expectations.
  /// - Throws: if it can't be tried.
  @discardableResult
  public func expectOverflow(
    in stack: TrialStack = .thread(), timeout: Double = 10,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ body: @escaping @convention(c) () -> Void
  ) throws -> TrialResult {
    let result = try Laboratory.trial(currentName, on: stack, timeout: timeout, body)
    check(result, result.missedOverflow, sourceLocation)
    return result
  }

  /// Expects that a closure does not overflow its stack, however it ends otherwise: it may return, exit
  /// or die of something else. One that is still running at its time limit has not shown it.
  ///
  /// ```swift
  /// @Test func typicalInputFits() throws {
  ///   try expectNoOverflow(in: .thread(size: 512 << 10)) { parse(typicalInput) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - stack: the stack that it runs on. `stackTouched` tells how much of it
  ///     was needed.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result, for further expectations.
  /// - Throws: if it can't be tried.
  @discardableResult
  public func expectNoOverflow(
    in stack: TrialStack = .thread(), timeout: Double = 10,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ body: @escaping @convention(c) () -> Void
  ) throws -> TrialResult {
    let result = try Laboratory.trial(currentName, on: stack, timeout: timeout, body)
    check(result, result.missedNoOverflow, sourceLocation)
    return result
  }

  /// Expects that a closure ends by itself, and raises no fault: it returns, or exits.
  ///
  /// ```swift
  /// @Test func unknownOptionIsRefused() throws {
  ///   try expectExits(with: 64) { run(["--unknown"]) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - status: the exit status; 0 is that of a closure that returns, too. Nil: any.
  ///   - stack: the stack that it runs on.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result, for further expectations.
  /// - Throws: if it can't be tried.
  @discardableResult
  public func expectExits(
    with status: Int32? = nil, in stack: TrialStack = .thread(), timeout: Double = 10,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ body: @escaping @convention(c) () -> Void
  ) throws -> TrialResult {
    let result = try Laboratory.trial(currentName, on: stack, timeout: timeout, body)
    check(result, result.missedExit(with: status), sourceLocation)
    return result
  }

  /// Expects exactly this of a closure: every fault, where it fell, and the end.
  ///
  /// ```swift
  /// try expect(.dies(.init(.segv, access: .write, site: .init(.nullPage)))) { crash() }
  /// ```
  ///
  /// - Parameters:
  ///   - expectation: what must be seen.
  ///   - stack: the stack that it runs on. The expectation's owner is its thread's name.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result with a verdict.
  /// - Throws: if it can't be tried.
  @discardableResult
  public func expect(
    _ expectation: CrashLab.Expectation, in stack: TrialStack = .thread(), timeout: Double = 10,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ body: @escaping @convention(c) () -> Void
  ) throws -> TrialResult {
    let result = try Laboratory.trial(currentName, on: stack, timeout: timeout, body)
      .judged(by: expectation)
    check(result, result.verdict == .asExpected ? nil : result.reason ?? "", sourceLocation)
    return result
  }

  /// Expects that a program overflows a stack and dies of it, in the guard.
  ///
  /// - Parameters:
  ///   - command: the program, searched for in PATH, and its arguments.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result, for further expectations.
  /// - Throws: if it can't be tried, or takes longer.
  @discardableResult
  public func expectOverflow(
    of command: [String], timeout: Double = 60,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> TrialResult {
    let result = try Laboratory.trial(of: command, timeout: timeout)
    check(result, result.missedOverflow, sourceLocation)
    return result
  }

  /// Expects that a program overflows no stack, however it ends otherwise: it may exit with any status,
  /// or die of something else.
  ///
  /// - Parameters:
  ///   - command: the program, searched for in PATH, and its arguments.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result, for further expectations.
  /// - Throws: if it can't be tried, or takes longer.
  @discardableResult
  public func expectNoOverflow(
    of command: [String], timeout: Double = 60,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> TrialResult {
    let result = try Laboratory.trial(of: command, timeout: timeout)
    check(result, result.missedNoOverflow, sourceLocation)
    return result
  }

  /// Expects that a program exits by itself, and not of a signal or after a fault.
  ///
  /// - Parameters:
  ///   - status: the exit status; nil: any.
  ///   - command: the program, searched for in PATH, and its arguments.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result, for further expectations.
  /// - Throws: if it can't be tried, or takes longer.
  @discardableResult
  public func expectExits(
    with status: Int32? = nil, of command: [String], timeout: Double = 60,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> TrialResult {
    let result = try Laboratory.trial(of: command, timeout: timeout)
    check(result, result.missedExit(with: status), sourceLocation)
    return result
  }

  /// Expects exactly this of a program: every fault, where it fell, and the end.
  ///
  /// ```swift
  /// try expect(.dies(.init(.segv, site: .init(.guard), handled: nil)), of: ["./server", "--self-test"])
  /// ```
  ///
  /// - Parameters:
  ///   - expectation: what must be seen. A program's own handler is nobody's expectation: `handled` is
  ///     nil in most.
  ///   - command: the program, searched for in PATH, and its arguments.
  ///   - timeout: seconds that it may take.
  /// - Returns: the result with a verdict.
  /// - Throws: if it can't be tried, or takes longer.
  @discardableResult
  public func expect(
    _ expectation: CrashLab.Expectation, of command: [String], timeout: Double = 60,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> TrialResult {
    let result = try Laboratory.trial(of: command, timeout: timeout).judged(by: expectation)
    check(result, result.verdict == .asExpected ? nil : result.reason ?? "", sourceLocation)
    return result
  }

  private var currentName: String { Test.current?.name ?? "closure" }

  /// Records an issue that tells the whole trial, if something is missing.
  private func check(_ result: TrialResult, _ missing: String?, _ location: Testing.SourceLocation)
  {
    guard let missing else { return }
    let text = TrialText(theme: .plain).whole(TrialReport(result), machine: .current())
    Issue.record(Comment(rawValue: "\(missing)\n\n\(text)"), sourceLocation: location)
  }

  extension TrialResult: CustomTestStringConvertible {
    /// A failed expectation on a part of a result shows the sentence, not every address.
    public var testDescription: String { summary }
  }

  extension TrialResult {
    /// What is missing from a death in the guard; nil if it was one.
    var missedOverflow: String? {
      guard let fault = faults.first else { return "expected an overflow, saw none: \(summary)" }
      guard let overflow else { return "expected an overflow, saw another fault: \(summary)" }
      guard overflow == fault else { return "expected an overflow first, saw: \(summary)" }
      if overflow.site.kind == .pastGuard {
        return "the overflow stepped over the guard: \(summary)"
      }
      return termination?.kind == .signal
        ? nil : "expected a death of the overflow, which was survived: \(summary)"
    }

    /// What speaks against the sentence that no stack overflowed; nil if nothing does.
    var missedNoOverflow: String? {
      if overflow != nil { return "expected no overflow, saw: \(summary)" }
      switch termination?.kind {
      case .exit, .signal: return nil
      case .deadline, nil: return "expected no overflow, but its end was not seen: \(summary)"
      }
    }

    /// What is missing from an end of its own without a fault; nil if it was one.
    func missedExit(with status: Int32?) -> String? {
      guard faults.isEmpty, let end = termination, end.kind == .exit else {
        return "expected it to exit: \(summary)"
      }
      guard status == nil || end.exitStatus == status else {
        return "expected it to exit with \(status!): \(summary)"
      }
      return nil
    }
  }
#endif
