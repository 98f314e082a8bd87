import Testing

@testable import CrashLabModel

/// The names of system calls, at the ends of each table and behind them.
@Suite struct SystemCallTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var number: Int32
    var architecture: SystemCall.Architecture?
    var name: String?

    var testDescription: String { "\(number) \(architecture?.rawValue ?? "?")" }
  }

  @Test(arguments: [
    Row(number: 0, architecture: .amd64, name: "read"),
    Row(number: 110, architecture: .amd64, name: "getppid"),
    Row(number: 231, architecture: .amd64, name: "exit_group"),
    Row(number: 334, architecture: .amd64, name: "rseq"),
    Row(number: 335, architecture: .amd64),
    Row(number: 423, architecture: .amd64),
    Row(number: 424, architecture: .amd64, name: "pidfd_send_signal"),
    Row(number: 469, architecture: .amd64, name: "file_setattr"),
    Row(number: 470, architecture: .amd64),
    Row(number: -1, architecture: .amd64),
    Row(number: .min, architecture: .amd64),
    Row(number: 0x4000_0000, architecture: .amd64),
    Row(number: 63, architecture: .aarch64, name: "read"),
    Row(number: 79, architecture: .aarch64, name: "newfstatat"),
    Row(number: 250, architecture: .aarch64),
    Row(number: 293, architecture: .aarch64, name: "rseq"),
    Row(number: 435, architecture: .aarch64, name: "clone3"),
    Row(number: 4, architecture: .i386),
    Row(number: 4),
  ])
  func names(row: Row) {
    #expect(SystemCall(number: row.number, architecture: row.architecture).name == row.name)
  }
}
