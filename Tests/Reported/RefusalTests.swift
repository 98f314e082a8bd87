import Foundation
import Testing

@testable import CrashLab

/// Programs and processes that can't be looked at: the error says why, and what to do.
@Suite struct RefusalTests {
  @Test func program32Bit() throws {
    try withTemporaryFolder { folder in
      let program = "\(folder)/program"
      try placeProgram(RefusalTests.elf32(), at: program)
      let result = try Command().run(["exec", "--", program])
      #expect(result.status == 126)
      #expect(result.errors.contains("a 32-bit program"))
      #expect(result.errors.contains("build it for 64 bits"))
    }
  }

  /// Found out by a shell that runs it, it is left alone, and nothing is made up.
  @Test func descendantOf32Bit() throws {
    try withTemporaryFolder { folder in
      let program = "\(folder)/program"
      try placeProgram(RefusalTests.elf32(), at: program)
      let result = try Command().run(["exec", "--", "/bin/sh", "-c", "exec \(program)"])
      #expect([139, 126].contains(result.status))  // 126: a kernel without 32-bit programs
      #expect(!result.errors.contains("null page"))
    }
  }

  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here"))
  func noPtrace() throws {
    try withTemporaryFolder { folder in
      let filtered = Command(
        path: try Toolbox.build("without_ptrace.c", with: "gcc", [], into: folder))
      let crashlab = try Command().executable.path
      let exec = try filtered.run([crashlab, "exec", "--", "/bin/true"])
      #expect(exec.status == 70)
      #expect(exec.errors.contains("tracing is forbidden here"))
      #expect(exec.errors.contains("crashlab doctor"))
    }
  }

  /// An unprivileged user, where this one may become it.
  private static let becomeNobody = ["setpriv", "--reuid", "65534", "--regid", "65534"]
  private static let canBecomeNobody = geteuid() == 0 && Toolbox.has("setpriv")

  @Test(.enabled(if: canBecomeNobody, "not root, or no setpriv here"))
  func setUserProgram() throws {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
      // Not where this was built: nobody may be kept out there.
      let crashlab = "\(folder)/crashlab"
      let program = "\(folder)/program"
      try placeProgram(try Command().executable.path, at: crashlab)
      try placeProgram("/bin/true", at: program, mode: "4755")
      let result = try Command(path: "/usr/bin/env").run(
        RefusalTests.becomeNobody + ["--clear-groups", crashlab, "exec", "--", program])
      #expect(result.status == 126)
      #expect(result.errors.contains("the rights of user 0"))
      #expect(try Command().run(["exec", "--", program]).status == 0)

      let sleeper = try Command(path: "/bin/sleep").start(["100"])
      defer { kill(sleeper.identifier, SIGKILL) }
      let layout = try Command(path: "/usr/bin/env").run(
        RefusalTests.becomeNobody
          + ["--clear-groups", crashlab, "layout", "--pid", "\(sleeper.identifier)"])
      #expect(layout.status == 70)
      #expect(layout.errors.contains("Permission denied"))
      #expect(layout.errors.contains("use sudo"))
    }
  }

  /// i386: xor %eax, %eax; movb $1, (%eax).
  private static func elf32() -> Data {
    let base: UInt32 = 0x0804_8000
    let code: [UInt8] = [0x31, 0xc0, 0xc6, 0x00, 0x01, 0xf4]
    var file = Data([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9))
    func append<Value: FixedWidthInteger>(_ values: Value...) {
      for value in values {
        for byte in 0..<value.bitWidth / 8 {
          file.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
        }
      }
    }
    append(UInt16(2), 3)
    append(UInt32(1), base + 84, 52, 0, 0)
    append(UInt16(52), 32, 1, 0, 0, 0)
    let size = UInt32(84 + code.count)
    append(UInt32(1), 0, base, base, size, size, 5, 0x1000)
    return file + Data(code)
  }
}
