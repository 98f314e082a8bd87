import CHarness
import Foundation
import ObjectFiles
import Testing

@testable import CrashLab

/// What `clab_instruction_skim` leaves out has nothing to do with the stack.
@Suite struct SkimTests {
  private func decoded(
    _ code: UnsafeBufferPointer<UInt8>,
    by decode: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<clab_instruction>?) -> Bool
  ) -> clab_instruction? {
    var instruction = clab_instruction()
    return decode(code.baseAddress, code.count, &instruction) ? instruction : nil
  }

  /// Nil if the skimmed instruction tells as much of the stack as the decoded one.
  private func difference(_ code: UnsafeBufferPointer<UInt8>) -> String? {
    let skimmed = decoded(code, by: clab_instruction_skim)
    guard let decoded = decoded(code, by: clab_instruction_decode) else {
      // Operands that Zydis refuses are looked at only where they concern the stack.
      return skimmed.map { $0.stack_change == 0 && $0.pushed == 0 } == false ? "moves" : nil
    }
    guard let skimmed else { return "is none" }
    if skimmed.length != decoded.length { return "length" }
    if skimmed.flow != decoded.flow { return "flow" }
    if skimmed.stack_change != decoded.stack_change || skimmed.stack_delta != decoded.stack_delta {
      // A call and a return are known by their flow.
      let flow = UInt32(decoded.flow)
      if flow != CLAB_FLOW_CALL.rawValue && flow != CLAB_FLOW_RETURN.rawValue {
        return "stack pointer"
      }
    }
    if skimmed.pushed != decoded.pushed && UInt32(decoded.flow) != CLAB_FLOW_CALL.rawValue {
      return "push"
    }
    if skimmed.constant_register != decoded.constant_register { return "constant" }
    if skimmed.frame_register != decoded.frame_register { return "copy" }
    let operand = decoded.memory.0
    let touches =
      decoded.memory_count > 0 && operand.access != 0 && !operand.is_implicit
      && operand.base == 7 && operand.index == UInt8(CLAB_NO_REGISTER)
    if touches && skimmed.memory_count == 0 { return "operand" }
    return nil
  }

  @Test(
    .enabled("an x86-64 C library is not installed") {
      DecoderAgainstOthersTests.isThere(DecoderAgainstOthersTests.library)
    })
  func everyInstructionOfTheCLibrary() throws {
    let library = URL(fileURLWithPath: DecoderAgainstOthersTests.library)
    try Data(contentsOf: library).withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      let image = try ElfImage(bytes)
      var instructions = 0
      var different: [String] = []
      CallFrames(image).visit { frame in
        guard let code = image.code(at: frame.address, size: frame.size) else { return }
        var rest = code.bindMemory(to: UInt8.self)[...]
        while !rest.isEmpty {
          let at = UnsafeBufferPointer(rebasing: rest)
          if let difference = difference(at) {
            different.append("\(difference): \(at.prefix(15).map { String($0, radix: 16) })")
          }
          guard let length = decoded(at, by: clab_instruction_decode)?.length else { break }
          instructions += 1
          rest = rest.dropFirst(Int(length))
        }
      }
      #expect(instructions > 100_000)
      #expect(different.isEmpty, "\(different.prefix(5))")
    }
  }

  /// Every first byte behind every prefix, and the rest at random: also what no compiler writes.
  @Test func whateverTheBytesAre() {
    var generator = SplitMix64(seed: 19)
    let prefixes: [[UInt8]] = [
      [], [0x48], [0x49], [0x4c], [0x41], [0x44], [0x45], [0x66], [0x67], [0xf2], [0xf3], [0x0f],
      [0x48, 0x0f], [0x0f, 0x38], [0x0f, 0x3a], [0xc4, 0xe2], [0xc4, 0xc2], [0xc4, 0xe3],
      [0xc5, 0xf8], [0x62, 0xf1],
    ]
    var read = 0
    var different: Set<String> = []
    for prefix in prefixes {
      for first in UInt8.min...UInt8.max {
        for _ in 0..<48 {
          let rest = (0..<14).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
          let code = prefix + [first] + rest
          code.withUnsafeBufferPointer { code in
            if decoded(code, by: clab_instruction_decode) != nil { read += 1 }
            if let difference = difference(code) {
              different.insert("\(difference): \(code.map { String($0, radix: 16) })")
            }
          }
        }
      }
    }
    #expect(read > 100_000)
    #expect(different.isEmpty, "\(different.prefix(5))")
  }
}
