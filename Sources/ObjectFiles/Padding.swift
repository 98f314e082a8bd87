internal import CHarness
internal import CrashLabModel

/// What fills the space between functions.
enum Padding {
  /// How many bytes at the beginning do nothing: nop in all its forms, int3, ud2, zeros.
  static func length(_ code: UnsafeRawBufferPointer) -> Int {
    let bytes = code.bindMemory(to: UInt8.self)
    var next = 0
    var instruction = clab_instruction()
    while next < bytes.count {
      if bytes[next] == 0 || bytes[next] == 0xcc {
        next += 1
      } else if clab_instruction_decode(
        bytes.baseAddress! + next, bytes.count - next, &instruction), instruction.is_padding
      {
        next += Int(instruction.length)
      } else {
        return next
      }
    }
    return next
  }
}
