internal import CrashLabModel

/// The exception that a thread's C++ library (libstdc++) has begun to handle last, and has not done
/// with: what std::terminate was called for, if it was called.
enum ActiveException {
  /// No exception is active.
  case none
  case thrown(ThrownException)
  /// It could not be found, or is none of C++.
  case unknown

  var thrown: ThrownException? {
    guard case .thrown(let exception) = self else { return nil }
    return exception
  }

  // gcc, libstdc++-v3/libsupc++/unwind-cxx.h, on 64 bits: struct __cxa_exception is followed by
  // the object that was thrown, and ends with the unwinder's header, 32 bytes, which begins with the
  // class of the exception.
  private static let headerSize: UInt64 = 112
  private static let classOffset: UInt64 = 80
  /// `GNUCC++\0`, and `GNUCC++\1` for one that std::rethrow_exception has thrown.
  private static let primaryClass: UInt64 = 0x474e_5543_432b_2b00
  private static let dependentClass: UInt64 = 0x474e_5543_432b_2b01

  /// - Parameters:
  ///   - image: that has the C++ library.
  ///   - threadPointer: of the thread; nil if nobody knows.
  init(
    in image: LoadedImage, memory: TargetMemory, symbols: ImageSymbols, threadPointer: UInt64?
  ) {
    // struct __cxa_eh_globals { __cxa_exception *caughtExceptions; unsigned uncaughtExceptions; }
    guard let function = symbols.address(of: "__cxa_get_globals", in: image),
      let globals = memory.result(of: function, threadPointer: threadPointer),
      let caught = memory.word(globals)
    else {
      self = .unknown
      return
    }
    if caught == 0 {
      self = .none
      return
    }
    let finder = ExceptionType.Classes(memory: memory, symbols: symbols)
    guard let object = ActiveException.object(of: caught, in: memory),
      let information = memory.word(object &- ActiveException.headerSize),
      let type = ExceptionType(at: information, classes: finder)
    else {
      self = .unknown
      return
    }
    let what = type.what(of: object, threadPointer: threadPointer)
    self = .thrown(ThrownException(type: type.name, what: what))
  }

  /// What was thrown.
  private static func object(of header: UInt64, in memory: TargetMemory) -> UInt64? {
    switch memory.word(header &+ classOffset) {
    case primaryClass: return header &+ headerSize
    case dependentClass:
      // It begins with a pointer to the object, which has a header of its own.
      guard let object = memory.word(header),
        memory.word(object &- headerSize &+ classOffset) == primaryClass
      else { return nil }
      return object
    default: return nil
    }
  }
}
