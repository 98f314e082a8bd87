internal import CrashLab
package import CrashLabModel

/// Machine properties that affect switch cost. Figures can be compared only where they are equal.
package struct SwitchingConditions: Sendable, Codable, Equatable {
  /// The processor tags translations with an address space (PCID; on ARM, ASID).
  package var taggedTranslations: Bool
  /// The kernel hands address spaces out globally and flushes by broadcast (INVLPGB).
  package var globalAddressSpaces: Bool
  /// Kernel page table isolation: every entry into the kernel writes CR3.
  package var pageTableIsolation: Bool
  /// The line that the kernel has for each vulnerability that it mitigates.
  package var mitigations: [String]
  package var hypervisor: Bool
  /// Null if the kernel does not manage the frequency.
  @Nullable package var governor: String?
  /// `TLB_NR_DYN_ASIDS` address spaces are kept a core; null where the count is not known.
  @Nullable package var addressSpacesKept: Int?
  /// Whether the kernel's own count of flushes can be had (tlb:tlb_flush).
  package var flushCounting: FlushEvent.State
}

extension SwitchingConditions {
  /// - Parameter core: whose governor.
  package static func current(core: Int?) -> SwitchingConditions {
    let text = readSmallFile("/proc/cpuinfo") ?? ""
    let flags = Set(
      text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }?
        .split(separator: " ") ?? [])
    let commandLine = readSmallFile("/proc/cmdline")?.split(whereSeparator: \.isWhitespace) ?? []
    let isX86 = flags.contains("fxsr")
    let tagged = isX86 ? flags.contains("pcid") && !commandLine.contains("nopcid") : true
    let global = flags.contains("invlpgb")
    return SwitchingConditions(
      taggedTranslations: tagged, globalAddressSpaces: global,
      pageTableIsolation: vulnerability("meltdown")?.contains("PTI") ?? false,
      mitigations: knownVulnerabilities.compactMap { name in
        guard let line = vulnerability(name), line.hasPrefix("Mitigation") else { return nil }
        return "\(name): \(line.dropFirst("Mitigation: ".count))"
      },
      hypervisor: flags.contains("hypervisor"),
      governor: firstLine("/sys/devices/system/cpu/cpu\(core ?? 0)/cpufreq/scaling_governor"),
      addressSpacesKept: isX86 && tagged && !global ? 6 : nil,
      flushCounting: FlushEvent.find().state)
  }

  /// Those that make an entry into the kernel or a switch cost more (Documentation/admin-guide/hw-vuln).
  private static let knownVulnerabilities = [
    "meltdown", "spectre_v1", "spectre_v2", "spec_store_bypass", "retbleed",
    "spec_rstack_overflow", "mds", "l1tf", "srbds", "mmio_stale_data", "gather_data_sampling",
    "reg_file_data_sampling", "indirect_target_selection", "tsa", "vmscape",
  ]

  private static func vulnerability(_ name: String) -> String? {
    firstLine("/sys/devices/system/cpu/vulnerabilities/\(name)")
  }

  private static func firstLine(_ path: String) -> String? {
    readSmallFile(path)?.split(separator: "\n").first.map(String.init)
  }

  /// One line for a person.
  package var inWords: String {
    [
      "PCID \(taggedTranslations ? "yes" : "no")",
      "KPTI \(pageTableIsolation ? "yes" : "no")",
      "INVLPGB \(globalAddressSpaces ? "yes" : "no")",
      "hypervisor \(hypervisor ? "yes" : "no")",
      "governor \(governor ?? "none")",
    ].joined(separator: ", ")
  }
}
