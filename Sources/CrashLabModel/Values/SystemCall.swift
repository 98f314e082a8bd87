/// A system call that was refused: what SIGSYS tells (seccomp(2)).
public struct SystemCall: Sendable, Equatable, Codable {
  /// By whose numbers it was made: a program of x86-64 may also make those of i386 (`int $0x80`).
  public enum Architecture: String, Sendable, Codable {
    case amd64 = "x86_64"
    case i386
    case aarch64
    case arm

    /// include/uapi/linux/audit.h: AUDIT_ARCH_*
    package init?(audit: UInt32) {
      switch audit {
      case 0xc000_003e: self = .amd64
      case 0x4000_0003: self = .i386
      case 0xc000_00b7: self = .aarch64
      case 0x4000_0028: self = .arm
      default: return nil
      }
    }
  }

  public var number: Int32
  /// Null for one that is not known here.
  @Nullable public var architecture: Architecture?
  /// Null where the number's meaning is not known here.
  @Nullable public var name: String?

  package init(number: Int32, architecture: Architecture?) {
    self.number = number
    self.architecture = architecture
    name = SystemCall.name(of: number, on: architecture)
  }
}
