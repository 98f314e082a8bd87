internal import CHarness
internal import Glibc

/// The processors whose programs are read, whichever one is at hand: how their instructions are
/// decoded, and what a call leaves on the stack.
package enum Processor: Sendable, CaseIterable {
  case amd64, arm64

  /// Nil for any other.
  init?(machine: Int32) {
    switch machine {
    case EM_X86_64: self = .amd64
    case EM_AARCH64: self = .arm64
    default: return nil
    }
  }

  /// `e_machine` of an ELF file for the processor at hand.
  static var machineHere: Int32 {
    #if arch(x86_64)
      EM_X86_64
    #else
      EM_AARCH64
    #endif
  }

  /// In DWARF's numbering.
  var stackPointer: UInt8 { self == .amd64 ? 7 : 31 }
  /// In DWARF's numbering.
  var framePointer: UInt8 { self == .amd64 ? 6 : 29 }
  /// Bytes that a call puts on the stack: the return address of x86-64.
  var pushedByCall: Int64 { self == .amd64 ? 8 : 0 }
  /// Bytes that the stack pointer is a multiple of when a function moves it.
  var stackAlignment: Int64 { self == .amd64 ? 8 : 16 }

  /// What moves the stack pointer, and where each instruction ends; false if none begins there.
  func skim(_ code: UnsafeRawBufferPointer, _ instruction: inout clab_instruction) -> Bool {
    guard self == .amd64 else { return decode(code, &instruction) }
    let bytes = code.bindMemory(to: UInt8.self)
    return clab_instruction_skim(bytes.baseAddress, bytes.count, &instruction)
  }

  /// False if no instruction begins there.
  func decode(_ code: UnsafeRawBufferPointer, _ instruction: inout clab_instruction) -> Bool {
    let bytes = code.bindMemory(to: UInt8.self)
    return switch self {
    case .amd64: clab_instruction_decode(bytes.baseAddress, bytes.count, &instruction)
    case .arm64: clab_instruction_decode_aarch64(bytes.baseAddress, bytes.count, &instruction)
    }
  }
}
