import Foundation
import ObjectFiles
import Testing

@testable import CrashLab

private func steps(_ code: [UInt8]) -> StackSteps {
  code.withUnsafeBytes { StackSteps($0, of: .amd64) }
}

private func little(_ value: UInt32) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

private let ret: [UInt8] = [0xc3]
private func sub(_ bytes: UInt32) -> [UInt8] { [0x48, 0x81, 0xec] + little(bytes) }
private func add(_ bytes: UInt32) -> [UInt8] { [0x48, 0x81, 0xc4] + little(bytes) }
/// orq $0, disp32(%rsp)
private func probe(_ displacement: UInt32 = 0) -> [UInt8] {
  [0x48, 0x83, 0x8c, 0x24] + little(displacement) + [0]
}

struct StepRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var code: [UInt8]
  var step: Int64
  var isProbed = false
  var isDynamic = false
  var depth: Int64?
}

@Test(arguments: [
  StepRow(testDescription: "nothing", code: ret, step: 0),
  StepRow(
    testDescription: "a large frame", code: sub(100_000) + add(100_000) + ret, step: 100_000,
    depth: 100_008),
  StepRow(
    testDescription: "sub of a negative byte is add", code: [0x48, 0x83, 0xec, 0x80] + ret,
    step: 0),
  StepRow(
    testDescription: "add of a negative byte is sub", code: [0x48, 0x83, 0xc4, 0x80] + ret,
    step: 128),
  StepRow(
    testDescription: "pushes before it count for the depth",
    code: [0x55, 0x41, 0x57] + sub(8192) + ret, step: 8192, depth: 8192 + 24),
  StepRow(
    testDescription: "two moves without a touch add up", code: sub(3000) + sub(3000) + ret,
    step: 6000),
  StepRow(
    testDescription: "a push between them touches", code: sub(3000) + [0x50] + sub(3000) + ret,
    step: 3000),
  StepRow(
    testDescription: "a call between them touches",
    code: sub(3000) + [0xe8, 0, 0, 0, 0] + sub(3000) + ret, step: 3000),
  StepRow(
    testDescription: "gcc's probes",
    code: sub(4096) + probe() + sub(4096) + probe() + sub(1584) + ret, step: 4096, isProbed: true),
  StepRow(
    testDescription: "a probe at the page's top", code: sub(48) + sub(4096) + probe(0xff8) + ret,
    step: 56, isProbed: true),
  StepRow(
    testDescription: "an access below the stack pointer is no probe",
    code: sub(5000) + probe(UInt32(bitPattern: -64)) + ret, step: 5000),
  StepRow(
    testDescription: "clang's probes: movq $0, (%rsp)",
    code: sub(4096) + [0x48, 0xc7, 0x04, 0x24, 0, 0, 0, 0] + sub(4096)
      + [0x48, 0xc7, 0x04, 0x24, 0, 0, 0, 0] + ret, step: 4096, isProbed: true),
  StepRow(
    testDescription: "a probe that comes too late is none: the guard is behind",
    code: sub(100_000) + probe() + ret, step: 100_000, isProbed: true),
  StepRow(
    testDescription: "lea -8192(%rsp), %rsp",
    code: [0x48, 0x8d, 0xa4, 0x24] + little(UInt32(bitPattern: -8192)) + ret, step: 8192),
  StepRow(
    testDescription: "lea -200000(%rsp), %rdi and mov %rdi, %rsp: clang's alloca of a constant",
    code: [0x48, 0x8d, 0xbc, 0x24] + little(UInt32(bitPattern: -200_000)) + [0x48, 0x89, 0xfc]
      + ret, step: 200_000),
  StepRow(
    testDescription: "the same by mov %rsp, %rdi and add, as without optimization",
    code: [0x48, 0x89, 0xe7, 0x48, 0x81, 0xc7] + little(UInt32(bitPattern: -200_000))
      + [0x48, 0x89, 0xfc] + ret, step: 200_000),
  StepRow(
    testDescription: "another register is no copy",
    code: [0x48, 0x8d, 0xbc, 0x24] + little(UInt32(bitPattern: -200_000)) + [0x48, 0x89, 0xf4]
      + ret, step: 0, isDynamic: true),
  StepRow(
    testDescription: "lea -8192(%rsp), %r11 moves nothing",
    code: [0x4c, 0x8d, 0x9c, 0x24] + little(UInt32(bitPattern: -8192)) + ret, step: 0),
  StepRow(
    testDescription: "mov $n, %eax; sub %rax, %rsp",
    code: [0xb8] + little(9_000_000) + [0x48, 0x29, 0xc4] + ret, step: 9_000_000),
  StepRow(
    testDescription: "the same with a call of __rust_probestack between",
    code: [0xb8] + little(9_000_000) + [0xe8, 0, 0, 0, 0, 0x48, 0x29, 0xc4] + ret, step: 0,
    isProbed: true),
  StepRow(
    testDescription: "sub %rcx, %rsp: only running tells", code: [0x48, 0x29, 0xcc] + ret, step: 0,
    isDynamic: true),
  StepRow(
    testDescription: "sub %rcx, %rsp in a function with probes",
    code: [0x48, 0x29, 0xcc] + sub(4096) + probe() + ret, step: 4096, isProbed: true),
  StepRow(
    testDescription: "mov %rax, %rsp", code: [0x48, 0x89, 0xc4] + ret, step: 0, isDynamic: true),
  StepRow(
    testDescription: "mov %rbp, %rsp ends a function", code: [0x48, 0x89, 0xec] + ret, step: 0),
  StepRow(
    testDescription: "sub $n, %r12 is another register",
    code: [0x49, 0x81, 0xec] + little(100_000) + ret, step: 0),
  StepRow(
    testDescription: "sub $n, (%rsp) is memory",
    code: [0x48, 0x81, 0x2c, 0x24] + little(100_000) + ret, step: 0),
  StepRow(
    testDescription: "add $-n, %rsp", code: add(UInt32(bitPattern: -100_000)) + ret, step: 100_000),
  StepRow(
    testDescription: "mov $-n, %eax; add %rax, %rsp",
    code: [0x48, 0xc7, 0xc0] + little(UInt32(bitPattern: -9_000_000)) + [0x48, 0x01, 0xc4] + ret,
    step: 9_000_000),
  StepRow(
    testDescription: "enter: the frame pointer is pushed first",
    code: [0xc8, 0x60, 0xea, 0] + [0xc9] + ret, step: 60_000, depth: 60_016),
  StepRow(
    testDescription: "lea -n(%rbp), %rsp behind the frame pointer's set-up",
    code: [0x55, 0x48, 0x89, 0xe5, 0x48, 0x8d, 0xa5] + little(UInt32(bitPattern: -100_000)) + ret,
    step: 100_000, depth: 100_016),
  StepRow(
    testDescription: "lea -n(%rbp), %rsp at the end of a function",
    code: [0x55, 0x48, 0x89, 0xe5, 0x50, 0x50] + sub(200_000) + [0x48, 0x8d, 0x65, 0xf0] + ret,
    step: 200_000),
  StepRow(
    testDescription: "and $-n, %rsp",
    code: [0x48, 0x81, 0xe4] + little(UInt32(bitPattern: -65536))
      + ret, step: 65528),
  StepRow(
    testDescription: "and $-n, %rsp before sub", code: [0x48, 0x83, 0xe4, 0xc0] + sub(8192) + ret,
    step: 8192 + 56),
  StepRow(testDescription: "mov $0, %spl", code: [0x40, 0xb4, 0] + ret, step: 248),
  StepRow(testDescription: "mov $0, %sp", code: [0x66, 0xbc, 0, 0] + ret, step: 65528),
  StepRow(testDescription: "mov $1, %spl is no alignment", code: [0x40, 0xb4, 1] + ret, step: 0),
  StepRow(
    testDescription: "and $-n, %spl", code: [0x40, 0x80, 0xe4, 0xc0] + ret, step: 56),
  StepRow(
    testDescription: "xchg %rax, %rsp changes the stack", code: [0x48, 0x94] + ret, step: 0),
  StepRow(
    testDescription: "the same bytes within another instruction",
    code: [0x48, 0xb8, 0x48, 0x81, 0xec, 0xff, 0xff, 0x00, 0x00, 0x00] + ret, step: 0),
])
func stepsOfTheStackPointer(row: StepRow) {
  let found = steps(row.code)
  #expect(found.isComplete)
  #expect(found.largest == row.step)
  #expect(found.isProbed == row.isProbed)
  #expect(found.isDynamic == row.isDynamic)
  if let depth = row.depth { #expect(found.depth == depth) }
}

@Test func codeThatEndsWithinAnInstructionIsNotUnderstood() {
  #expect(!steps([0x48, 0x81, 0xec, 0, 0]).isComplete)
  #expect(!steps([0x66, 0x66]).isComplete)
  #expect(!steps([0x06]).isComplete)
}

@Test(arguments: 0..<20)
func anyCodeIsBorne(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  for _ in 0..<200 {
    let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    let found = steps(bytes)
    #expect(found.largest >= 0)
  }
}

/// A true file with a few wrong bytes is an error or a report, never a trap.
@Test(arguments: 0..<20)
func anyFileIsBorne(seed: UInt64) throws {
  var random = SplitMix64(seed: seed)
  let file = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "/bin/true")))
  for round in 0..<20 {
    var bytes = file
    // The tables at the beginning and the sections' headers at the end are what is trusted most.
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let place =
        switch round % 3 {
        case 0: Int.random(in: 16..<1024, using: &random)
        case 1: bytes.count - 1 - Int.random(in: 0..<2048, using: &random)
        default: Int.random(in: 0..<bytes.count, using: &random)
        }
      bytes[place] = Bool.random(using: &random) ? 0xff : UInt8.random(in: 0...255, using: &random)
    }
    if round % 5 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
    bytes.withUnsafeBytes { buffer in
      guard let image = try? ElfImage(buffer) else { return }
      _ = try? LargeFrameReport.judge(image, path: "x", guardSize: 4096)
    }
  }
}

@Test func filesThatAreNoneAreToldApart() {
  for (bytes, problem) in [
    ([UInt8](), FileProblem.notElf), (Array("#!/bin/sh\n".utf8), .notElf),
    (
      [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0] + [UInt8](repeating: 0, count: 56),
      .is32Bit
    ),
  ] {
    bytes.withUnsafeBytes { buffer in
      do {
        _ = try ElfImage(buffer)
        Issue.record("it was read")
      } catch {
        #expect(error as? FileProblem == problem)
      }
    }
  }
}
