internal import CHarness
internal import CrashLabModel

/// What fills the space between functions.
enum Padding {
  /// How many bytes at the beginning do nothing: nop in all its forms, int3, ud2, udf, zeros.
  static func length(_ code: UnsafeRawBufferPointer, of processor: Processor) -> Int {
    var next = 0
    var instruction = clab_instruction()
    while next < code.count {
      if processor == .amd64, code[next] == 0 || code[next] == 0xcc {
        next += 1
      } else if processor.decode(UnsafeRawBufferPointer(rebasing: code[next...]), &instruction),
        instruction.is_padding
      {
        next += Int(instruction.length)
      } else {
        return next
      }
    }
    return next
  }
}
