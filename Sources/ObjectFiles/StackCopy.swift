internal import CHarness

/// A register that the instruction before has made a copy of the stack pointer, moved by a constant:
/// clang's alloca, or a stack pointer that can't be rounded down in place (aarch64).
struct StackCopy {
  var register: UInt8
  /// Where it points, as a depth.
  var depth: Int64

  /// Nil if the instruction makes none.
  ///
  /// - Parameters:
  ///   - depth: of the stack pointer.
  ///   - before: the copy that the instruction finds.
  init?(_ instruction: clab_instruction, depth: Int64, before: StackCopy?) {
    guard instruction.frame_register != UInt8(CLAB_NO_REGISTER) else { return nil }
    register = instruction.frame_register
    if instruction.frame_base == UInt8(CLAB_NO_REGISTER) {
      self.depth = depth &- instruction.frame_offset
    } else if let before, before.register == instruction.frame_base {
      self.depth = before.depth &- instruction.frame_offset
    } else {
      return nil
    }
  }
}
