import Testing

@testable import CrashLab

@Test(
  arguments: [
    (ProgramFile.Format.elf64, nil, nil, 1000, nil),
    (.elf64, 0, nil, 1000, .setUser(0)),
    (.elf64, 1000, nil, 1000, nil),
    (.elf64, 0, nil, 0, nil),
    // Root's eyes leave a program its rights.
    (.elf64, 1000, nil, 0, nil),
    (.elf64, nil, 42, 0, nil),
    (.elf64, nil, 42, 1000, .setGroup(42)),
    (.elf64, nil, 1000, 1000, nil),
    (.elf32, nil, nil, 0, .is32Bit),
    // A script does not get them from the kernel.
    (.other, 0, nil, 1000, nil),
  ] as [(ProgramFile.Format, UInt32?, UInt32?, UInt32, ProgramObjection?)])
func objectionToAProgram(
  format: ProgramFile.Format, setUser: UInt32?, setGroup: UInt32?, user: UInt32,
  objection: ProgramObjection?
) {
  let file = ProgramFile(path: "", format: format, setUser: setUser, setGroup: setGroup)
  #expect(file.objection(user: user, group: user) == objection)
}

@Test func programFileIsFoundAsExecFindsIt() {
  #expect(ProgramFile(named: "sh")?.format == .elf64)
  #expect(ProgramFile(named: "/bin/sh")?.path == "/bin/sh")
  #expect(ProgramFile(named: "/no/such/program") == nil)
  #expect(ProgramFile(named: "/etc/passwd") == nil)
}
