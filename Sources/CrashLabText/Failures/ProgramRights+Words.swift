package import CrashLabModel

extension ProgramRights {
  /// `the rights of user 0`
  package var inWords: String {
    switch self {
    case .user(let user): "the rights of user \(user) (set-user-ID)"
    case .group(let group): "the rights of group \(group) (set-group-ID)"
    case .capabilities(let set):
      "file capabilities (\(ProgramRights.names(of: set).joined(separator: ", ")))"
    }
  }

  /// capabilities(7), in the order of their numbers (include/uapi/linux/capability.h).
  private static let known = [
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid",
    "setpcap", "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw",
    "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct",
    "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod",
    "lease", "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog",
    "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
  ]

  private static func names(of set: UInt64) -> [String] {
    (0..<64).filter { set >> UInt64($0) & 1 == 1 }
      .map { $0 < known.count ? "cap_\(known[$0])" : "capability \($0)" }
  }
}
