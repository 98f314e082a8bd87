import Testing

@testable import CrashLab

private let user = Tracer(user: 1000, group: 1000)
private let root = Tracer(user: 0, group: 0, mayTraceAll: true)
/// Root in a container without SYS_PTRACE.
private let confined = Tracer(user: 0, group: 0, permitted: 0x3ff)

@Test(
  arguments: [
    (ProgramFile.Format.elf64, nil, nil, user, nil),
    (.elf64, 0, nil, user, .rights(.user(0))),
    (.elf64, 1000, nil, user, nil),
    (.elf64, 0, nil, root, nil),
    (.elf64, 1000, nil, confined, .rights(.user(1000))),
    // Root's eyes leave a program its rights.
    (.elf64, 1000, nil, root, nil),
    (.elf64, nil, 42, root, nil),
    (.elf64, nil, 42, user, .rights(.group(42))),
    (.elf64, nil, 1000, user, nil),
    (.elf32, nil, nil, root, .is32Bit),
    (.unreadable, nil, nil, user, .unreadable),
    // A script does not get them from the kernel.
    (.script(interpreter: "/bin/sh"), 0, nil, user, nil),
  ] as [(ProgramFile.Format, UInt32?, UInt32?, Tracer, ProgramObjection?)])
func objectionToAProgram(
  format: ProgramFile.Format, setUser: UInt32?, setGroup: UInt32?, tracer: Tracer,
  objection: ProgramObjection?
) {
  let file = ProgramFile(path: "", format: format, setUser: setUser, setGroup: setGroup)
  #expect(file.objection(to: tracer) == objection)
}

@Test(
  arguments: [
    (user, 0x2000), (root, nil), (confined, 0x2000),
    (Tracer(user: 1000, group: 1000, permitted: 0x2000), nil),
    (Tracer(user: 1000, group: 1000, bounding: 0x1fff), nil),
    (Tracer(user: 1000, group: 1000, gainsNothing: true), nil),
  ] as [(Tracer, UInt64?)])
func capabilitiesThatATracedProgramDoesNotGet(tracer: Tracer, withheld: UInt64?) {
  let file = ProgramFile(path: "", format: .elf64, capabilities: 0x2000)
  #expect(file.withheld(by: tracer) == withheld.map { .capabilities($0) })
}

@Test func tracerFromItsStatus() {
  let status =
    "Name:\tx\nUid:\t0\t0\t0\t0\nCapPrm:\t0000000000082000\nCapEff:\t0000000000080000\n"
    + "CapBnd:\t00000000000fffff\nNoNewPrivs:\t1\n"
  #expect(
    Tracer(user: 7, group: 8, status: status)
      == Tracer(
        user: 7, group: 8, mayTraceAll: true, gainsNothing: true, permitted: 0x82000,
        bounding: 0xfffff))
  #expect(Tracer(user: 7, group: 8, status: "") == Tracer(user: 7, group: 8))
}

/// As `setcap cap_net_raw+ep` writes it, and what is none.
@Test(
  arguments: [
    ([1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 0x1_0000_2000),
    ([1, 0, 0, 1, 0, 0x20, 0, 0, 0, 0, 0, 0], 0x2000),
    ([1, 0, 0, 2, 0, 0x20, 0, 0], 0), ([1, 0, 0, 9] + [UInt8](repeating: 255, count: 16), 0),
    ([], 0),
  ] as [([UInt8], UInt64)])
func capabilitiesOfAFile(bytes: [UInt8], set: UInt64) {
  #expect(ProgramFile.capabilities(inAttribute: bytes) == set)
}

@Test(
  arguments: [
    ("#!/bin/sh\n", .script(interpreter: "/bin/sh")),
    ("#! \t/usr/bin/env python3\n", .script(interpreter: "/usr/bin/env")), ("#!\n", .other),
    ("\u{7f}ELF\u{2}\u{1}", .elf64), ("\u{7f}ELF\u{1}\u{1}", .elf32),
    ("\u{7f}ELF\u{2}\u{2}", .other), ("\u{7f}EL", .other), ("", .other),
  ] as [(String, ProgramFile.Format)])
func formatOfAProgram(header: String, format: ProgramFile.Format) {
  let bytes = Array(header.utf8) + [UInt8](repeating: 0, count: 64)
  #expect(ProgramFile.format(ofHeader: bytes) == format)
}

@Test func programFileIsFoundAsExecFindsIt() {
  #expect(ProgramFile(named: "sh")?.format == .elf64)
  #expect(ProgramFile(named: "/bin/sh")?.path == "/bin/sh")
  #expect(ProgramFile(named: "/no/such/program") == nil)
  #expect(ProgramFile(named: "/etc/passwd") == nil)
}
