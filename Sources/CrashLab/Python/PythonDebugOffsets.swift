/// `_Py_DebugOffsets`, which CPython 3.13 and later publish at the start of `_PyRuntime`, for tools that
/// look at it from outside (Include/internal/pycore_debug_offsets.h). What stands in it differs between
/// minor versions, and is the same in all patch releases of one.
struct PythonDebugOffsets: Equatable {
  /// So many words are read; no version has more.
  static let mostWords = 128

  private static let cookie: UInt64 = 0x7970_6775_6265_6478  // xdebugpy
  /// Bytes of a structure; none is as large.
  private static let mostSize: UInt64 = 16 << 20
  private static let mostFrameSize: UInt64 = 512

  /// Where the parts begin, in words. The first word of each is the size of its structure.
  private struct Places {
    let runtime = 3
    let interpreter = 6
    var thread: Int
    /// In the part of threads.
    var threadIdentifier: Int
    var frame: Int
    var code: Int
    var object: Int
    var type: Int
    var bytes: Int
    var text: Int
    /// Of a reference to code; not published.
    var codeTag: UInt64
  }

  private static let places: [UInt64: Places] = [
    0x030d: Places(
      thread: 19, threadIdentifier: 5, frame: 28, code: 34, object: 44, type: 46, bytes: 64,
      text: 67, codeTag: 0),
    0x030e: Places(
      thread: 22, threadIdentifier: 5, frame: 31, code: 39, object: 50, type: 52, bytes: 74,
      text: 77, codeTag: 3),
    0x030f: Places(
      thread: 22, threadIdentifier: 8, frame: 39, code: 47, object: 58, type: 60, bytes: 86,
      text: 89, codeTag: 3),
  ]

  let layout: PythonLayout

  /// Nil if they are not those of the version, or contradict themselves. Of free-threaded builds the
  /// layout is not known.
  ///
  /// - Parameters:
  ///   - version: PY_VERSION_HEX.
  ///   - words: what stands at _PyRuntime.
  init?(version: UInt64, _ words: [UInt64]) {
    guard let places = PythonDebugOffsets.places[version >> 16], words.count > places.text + 3,
      words[0] == PythonDebugOffsets.cookie, words[1] == version, words[2] == 0
    else { return nil }
    var isSound = true
    /// An offset of something that lies within the structure.
    func offset(_ part: Int, _ index: Int, bytes: UInt64 = 8) -> UInt64 {
      let (size, offset) = (words[part], words[part + index])
      if size > PythonDebugOffsets.mostSize || bytes > size || offset > size - bytes {
        isSound = false
      }
      return offset
    }
    let ascii = offset(places.text, 3, bytes: 0)
    layout = PythonLayout(
      runtimeInterpreters: offset(places.runtime, 2),
      interpreterNext: offset(places.interpreter, 2),
      interpreterThreads: offset(places.interpreter, 3),
      threadNext: offset(places.thread, 2), threadInterpreter: offset(places.thread, 3),
      threadIdentifier: offset(places.thread, places.threadIdentifier),
      threadFrame: offset(places.thread, 4), recordFrame: nil,
      frame: PythonLayout.Frame(
        code: offset(places.frame, 2), codeTag: places.codeTag,
        previous: offset(places.frame, 1), instruction: offset(places.frame, 3),
        owner: offset(places.frame, 5, bytes: 1)),
      code: PythonLayout.Code(
        length: offset(places.bytes, 1), firstLine: offset(places.code, 5, bytes: 4),
        file: offset(places.code, 1), name: offset(places.code, 3), lines: offset(places.code, 4),
        instructions: offset(places.code, 9, bytes: 1)),
      objectType: offset(places.object, 1), typeName: offset(places.type, 1),
      // Behind PyASCIIObject stand the length and the address of the text in UTF-8.
      text: PythonLayout.Text(
        length: offset(places.text, 2), state: offset(places.text, 1, bytes: 4), stateShift: 2,
        ascii: ascii, other: ascii &+ 16),
      bytesLength: offset(places.bytes, 1), bytesStart: offset(places.bytes, 2, bytes: 1))
    guard isSound, words[places.frame] <= PythonDebugOffsets.mostFrameSize else { return nil }
  }
}
