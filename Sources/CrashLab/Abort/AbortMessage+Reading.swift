internal import CrashLabModel

extension AbortMessage {
  /// What was said before this signal, as far as the chain of calls that raised it shows that it was
  /// said for it: what an earlier failure has left in memory is not told.
  ///
  /// - Parameters:
  ///   - evidence: with its trace.
  ///   - memory: of the process, which stands still or is dead.
  init?(of evidence: Evidence, in memory: TargetMemory) {
    guard [.abrt, .ill, .trap].contains(evidence.signal), let trace = evidence.trace else {
      return nil
    }
    let reader = AbortReader(
      trace, in: memory, threadPointer: evidence.context?.segmentBases?.fs)
    let found = evidence.signal == .abrt ? reader.ofAbort() : reader.ofTrap()
    guard let found else { return nil }
    self = found
  }
}

/// Reads what the C library, the C++ library and Swift's runtime keep of their last message.
private struct AbortReader {
  /// A call on the way to the signal.
  private struct Call {
    /// Inside of the function, not behind it.
    var address: Address
    var image: LoadedImage
  }

  private let memory: TargetMemory
  private let threadPointer: UInt64?
  private let symbols: ImageSymbols
  /// Innermost first, up to a handler of a signal, which was called by nobody.
  private let calls: [Call?]

  /// How many calls are looked at.
  private static let mostCalls = 64
  /// raise(3) has no more below abort(3).
  private static let mostCallsBelowAbort = 6

  init(_ trace: Trace, in memory: TargetMemory, threadPointer: UInt64?) {
    self.memory = memory
    self.threadPointer = threadPointer
    symbols = ImageSymbols(memory, namesBeginningWith: AbortReader.names)
    calls = trace.entries.prefix { !$0.isSignalFrame }.prefix(AbortReader.mostCalls).map { entry in
      let address = Address(entry.programCounter.value &- (entry.isExact ? 0 : 1))
      return LoadedImage.holding(address, in: memory.mappings).map {
        Call(address: address, image: $0)
      }
    }
  }

  /// - Returns: nil if abort(3) was not called, or nothing was said.
  func ofAbort() -> AbortMessage? {
    guard let (aborting, rest) = callOfAbort(), let caller = rest.first ?? nil else { return nil }
    // A program may have the C++ library in itself, and then only its own table tells.
    let throwing = rest.compactMap { $0 }
    var terminating = throwing.first(where: isOfTerminate)
    if terminating == nil {
      let own = throwing.first { $0.image != aborting.image } ?? caller
      symbols.readFile(of: own.image)
      terminating = throwing.first(where: isOfTerminate)
    }
    let text = textOfLibrary(aborting, calledBy: caller) ?? textOfSwift(caller)
    guard let terminating else { return AbortMessage(text: text) }
    let exception = ActiveException(
      in: terminating.image, memory: memory, symbols: symbols, threadPointer: threadPointer)
    return AbortMessage(
      text: text, terminate: terminate(throwing, exception), exception: exception.thrown)
  }

  /// - Returns: nil if it is no trap of Swift's runtime.
  func ofTrap() -> AbortMessage? {
    (calls.first ?? nil).flatMap(textOfSwift).flatMap { AbortMessage(text: $0) }
  }

  /// The call of abort(3) that has raised the signal, and those above it.
  private func callOfAbort() -> (Call, above: ArraySlice<Call?>)? {
    guard let first = calls.first ?? nil else { return nil }
    // Only in a program that is linked statically the signal is raised in an image without it.
    if !symbols.isDynamic("abort", in: first.image) { symbols.readFile(of: first.image) }
    for (index, call) in calls.prefix(AbortReader.mostCallsBelowAbort).enumerated() {
      if let call, symbols.covers(call.address, by: "abort", in: call.image) {
        return (call, calls[(index + 1)...])
      }
    }
    return nil
  }

  // MARK: - The C library

  /// `__abort_msg`: a pointer to `struct abort_msg_s { unsigned int size; char msg[]; }` in pages of
  /// its own (glibc, sysdeps/posix/libc_fatal.c, assert/assert.c). It stays there when a program
  /// survives its abort: it counts only if the library itself has called abort.
  private func textOfLibrary(_ aborting: Call, calledBy caller: Call) -> String? {
    guard caller.image == aborting.image, isOfLibrary(caller),
      let variable = symbols.address(of: "__abort_msg", in: aborting.image),
      let message = memory.word(variable), message != 0, message % 4096 == 0,
      let head = memory.word(message)
    else { return nil }
    let size = Int(head & 0xffff_ffff)
    guard size > 4, size % 4096 == 0 else { return nil }
    let text = memory.text(at: message + 4, atMost: min(size - 4, 4096))
    return text?.isEmpty == false ? text : nil
  }

  /// In a program that is linked statically the library is not the only one in its image.
  private func isOfLibrary(_ caller: Call) -> Bool {
    if symbols.isDynamic("abort", in: caller.image) { return true }
    return symbols.coversInFile(caller.address, in: caller.image) {
      AbortReader.callersOfAbort.contains(AbortReader.withoutPart($0))
    }
  }

  // MARK: - Swift

  /// The runtime keeps the message of its fatal error, and raises the signal itself.
  private func textOfSwift(_ caller: Call) -> String? {
    let variable: UInt64?
    if let buffer = symbols.address(of: AbortReader.swiftBuffer, in: caller.image),
      symbols.isDynamic(AbortReader.swiftBuffer, in: caller.image)
    {
      variable = memory.result(of: buffer)
    } else {
      symbols.readFile(of: caller.image)
      guard
        symbols.coversInFile(caller.address, in: caller.image, named: AbortReader.isFatalOfSwift)
      else { return nil }
      variable = symbols.address(of: AbortReader.swiftVariable, in: caller.image)
    }
    guard let variable, let message = memory.word(variable), message != 0,
      let text = memory.text(at: message), !text.isEmpty
    else { return nil }
    return text
  }

  // MARK: - The C++ library

  private func isOfTerminate(_ call: Call) -> Bool {
    AbortReader.callsOfTerminate.contains { symbols.covers(call.address, by: $0, in: call.image) }
  }

  private func terminate(
    _ calls: [Call], _ exception: ActiveException
  ) -> AbortMessage.Terminate {
    func runsThrough(_ name: String) -> Bool {
      calls.contains { symbols.covers($0.address, by: name, in: $0.image) }
    }
    if runsThrough("__cxa_pure_virtual") { return .pureVirtualCall }
    if runsThrough("__cxa_deleted_virtual") { return .deletedVirtualCall }
    switch exception {
    case .none: return .noException
    case .thrown: return .exception
    case .unknown: return .unknown
    }
  }

  // MARK: - Names

  private static let swiftBuffer = "swift_getFatalErrorMessageBuffer"
  private static let swiftVariable = "_ZL18kFatalErrorMessage"

  /// Functions of glibc that call abort(3) with a message.
  private static let callersOfAbort: Set = [
    "__libc_message", "__libc_message_impl", "__libc_fatal", "__assert_fail",
    "__assert_fail_base", "__assert_perror_fail", "__malloc_assert", "__fortify_fail",
    "__libc_assert_fail",
  ]

  /// No function of a program is called by them but a handler of std::terminate: they are on the
  /// stack only while something is thrown, and when std::terminate was called.
  private static let callsOfTerminate = [
    "_ZSt9terminatev", "_ZN9__gnu_cxx27__verbose_terminate_handlerEv", "__cxa_throw",
    "__cxa_rethrow", "__gxx_personality_v0", "__cxa_call_terminate", "__cxa_call_unexpected",
  ]

  private static let others = [
    "abort", "__abort_msg", "__cxa_get_globals", "__cxa_pure_virtual", "__cxa_deleted_virtual",
    swiftVariable,
  ]

  private static let fatalOfSwift = [
    "$ss17_assertionFailure", "$ss18_fatalErrorMessage", "_ZN5swift10fatalError",
    "_ZN5swift11fatalErrorv",
  ]

  private static func isFatalOfSwift(_ name: String) -> Bool {
    fatalOfSwift.contains { name.hasPrefix($0) }
  }

  /// How the names begin that are looked for in a file.
  private static let names =
    others + callsOfTerminate + callersOfAbort + fatalOfSwift + ExceptionType.classes

  /// `__assert_fail_base.cold` is a part of `__assert_fail_base`.
  private static func withoutPart(_ name: String) -> String {
    String(name.prefix { $0 != "." })
  }
}
