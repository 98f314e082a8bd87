internal import CrashLab
package import CrashLabModel
internal import Glibc

/// Idle memory minus the baseline, in bytes.
package struct ConcurrencyMemory: Sendable, Codable, Equatable {
  /// In RAM: anonymous pages, one that several processes share counted in part for each.
  package var resident: Int
  package var virtual: Int
  /// Of its processes; VmPTE.
  package var pageTables: Int
  /// Of the whole machine: whatever else began or ended meanwhile is in it.
  package var kernelStacks: Int
  /// The same.
  package var slab: Int
  /// Lines of /proc/PID/maps.
  package var mappings: Int
  /// vm.max_map_count: a process may not have more mappings.
  @Nullable package var mappingLimit: Int?

  init(before: Reading, after: Reading) {
    resident = after.resident - before.resident
    virtual = after.virtual - before.virtual
    pageTables = after.pageTables - before.pageTables
    kernelStacks = after.kernelStacks - before.kernelStacks
    slab = after.slab - before.slab
    mappings = after.mappings - before.mappings
    mappingLimit =
      readSmallFile("/proc/sys/vm/max_map_count")?.split(separator: "\n").first.flatMap {
        Int($0)
      }
  }

  /// What /proc says at one moment (proc_pid_status(5), proc_meminfo(5)).
  struct Reading {
    var resident = 0
    var virtual = 0
    var pageTables = 0
    var kernelStacks = 0
    var slab = 0
    var mappings = 0

    init(process: pid_t, withChildren: Bool) {
      add(process)
      if withChildren {
        let children = readSmallFile("/proc/\(process)/task/\(process)/children") ?? ""
        for child in children.split(separator: " ").compactMap({ pid_t($0) }) { add(child) }
      }
      let machine = Reading.figures(in: "/proc/meminfo")
      kernelStacks = machine["KernelStack"] ?? 0
      slab = machine["Slab"] ?? 0
    }

    private mutating func add(_ process: pid_t) {
      let status = Reading.figures(in: "/proc/\(process)/status")
      let share = Reading.figures(in: "/proc/\(process)/smaps_rollup")["Pss_Anon"]
      resident += share ?? status["RssAnon"] ?? 0
      virtual += status["VmSize"] ?? 0
      pageTables += status["VmPTE"] ?? 0
      mappings += readSmallBytes("/proc/\(process)/maps")?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    /// `Name:   12345 kB`, in bytes.
    private static func figures(in path: String) -> [Substring: Int] {
      var figures: [Substring: Int] = [:]
      for line in (readSmallFile(path) ?? "").split(separator: "\n") where line.hasSuffix(" kB") {
        let words = line.split { $0 == ":" || $0.isWhitespace }
        if words.count == 3, let value = Int(words[1]) { figures[words[0]] = value * 1024 }
      }
      return figures
    }
  }
}
