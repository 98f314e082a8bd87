/// Where CPython keeps what is read of it: offsets in bytes, which differ between versions
/// (Include/internal/pycore_*.h and Include/cpython of each).
struct PythonLayout: Equatable {
  var runtimeInterpreters: UInt64
  var interpreterNext: UInt64
  var interpreterThreads: UInt64
  var threadNext: UInt64
  var threadInterpreter: UInt64
  var threadIdentifier: UInt64
  /// The innermost frame, or the record on the C stack that has it.
  var threadFrame: UInt64
  /// Where that record has the frame; nil if there is none.
  var recordFrame: UInt64?
  /// Where it has the record of the interpreter's call before; nil if frames tell those calls.
  var recordPrevious: UInt64?
  var frame: Frame
  var code: Code
  var objectType: UInt64
  var typeName: UInt64
  var text: Text
  var bytesLength: UInt64
  var bytesStart: UInt64

  struct Frame: Equatable {
    var code: UInt64
    /// Bits of the word at `code` that are no part of the address.
    var codeTag: UInt64
    var previous: UInt64
    var instruction: UInt64
    var owner: UInt64

    /// Bytes up to the end of the last of them.
    var size: Int { Int(max(code, previous, instruction, owner)) + 8 }
  }

  /// Owners from this one on are of no function: such a frame marks where C called the interpreter.
  static let firstOwnerOfNoFunction: UInt8 = 3

  struct Code: Equatable {
    /// How many code units it has.
    var length: UInt64
    var firstLine: UInt64
    var file: UInt64
    var name: UInt64
    var lines: UInt64
    var instructions: UInt64
  }

  struct Text: Equatable {
    var length: UInt64
    var state: UInt64
    /// The bits of the state: bytes a character (3 bits), then compact, then ASCII.
    var stateShift: UInt64
    /// Where the characters are, if all of them are ASCII.
    var ascii: UInt64
    /// Where they are otherwise.
    var other: UInt64
  }
}

extension PythonLayout {
  /// The layout of a version of which there is one that is known.
  ///
  /// - Parameters:
  ///   - version: PY_VERSION_HEX.
  ///   - runtime: the words at the beginning of _PyRuntime; not looked at for 3.11 and 3.12.
  init?(version: UInt64, runtime: [UInt64]) {
    // What is changed after a release candidate has to stay readable; before, anything may change.
    guard version <= UInt64(UInt32.max), version >> 4 & 0xf >= 0xc else { return nil }
    switch version >> 16 {
    case 0x030b: self = .version11
    case 0x030c: self = .version12
    default:
      guard let offsets = PythonDebugOffsets(version: version, runtime) else { return nil }
      self = offsets.layout
    }
  }

  /// For patch releases there is no promise as there is for the debug offsets: what they have changed
  /// all the same does not have the types that it must have, and is left out.
  private static let version11 = PythonLayout(
    runtimeInterpreters: 40, interpreterNext: 0, interpreterThreads: 16, threadNext: 8,
    threadInterpreter: 16, threadIdentifier: 152, threadFrame: 56, recordFrame: 8,
    recordPrevious: 16,
    frame: Frame(code: 32, codeTag: 0, previous: 48, instruction: 56, owner: 69),
    code: Code(length: 16, firstLine: 72, file: 112, name: 128, lines: 136, instructions: 184),
    objectType: 8, typeName: 24,
    text: Text(length: 16, state: 32, stateShift: 2, ascii: 48, other: 72),
    bytesLength: 16, bytesStart: 32)

  private static let version12 = PythonLayout(
    runtimeInterpreters: 40, interpreterNext: 0, interpreterThreads: 72, threadNext: 8,
    threadInterpreter: 16, threadIdentifier: 136, threadFrame: 56, recordFrame: 0,
    frame: Frame(code: 0, codeTag: 0, previous: 8, instruction: 56, owner: 70),
    code: Code(length: 16, firstLine: 68, file: 112, name: 128, lines: 136, instructions: 192),
    objectType: 8, typeName: 24,
    text: Text(length: 16, state: 32, stateShift: 2, ascii: 40, other: 56),
    bytesLength: 16, bytesStart: 32)
}
