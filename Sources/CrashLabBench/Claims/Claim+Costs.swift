internal import CrashLabModel
internal import CrashLabText

extension Claim {
  static let costs = [
    Claim(
      id: "thread-costs-its-stack",
      sentence: "Every thread costs the memory of its stack, 8 MB by default.",
      repeat: "crashlab claims",
      why: """
        mmap only reserves addresses; a page is given on the first touch (mm/memory.c, \
        do_anonymous_page), and a thread that waits has touched a few: its first frames, its \
        thread-local storage and its control block. The tables for them take as much again.
        """,
      elsewhere:
        "With mlockall(MCL_FUTURE), or huge pages for every mapping, all of it may be there."
    ) { evidence in
      guard let costs = evidence.costs else { return .open("no threads were counted") }
      let thread = costs.thread
      guard thread.addressSpace >= thread.size, thread.resident > 0 else {
        return .open("\(costs.threads) threads did not show in what the process has")
      }
      let seen =
        "an idle thread more is \(bytesInWords(thread.addressSpace)) of addresses, but "
        + "\(bytesInWords(thread.resident)) of memory and "
        + "\(bytesInWords(max(0, thread.pageTables))) of page tables (mean of \(costs.threads))"
      if thread.resident >= thread.size / 2 { return .holds(seen) }
      return thread.resident * 16 <= thread.size ? .fails(seen) : .open(seen)
    },
    Claim(
      id: "guard-costs-nothing",
      sentence: "A guard page costs nothing but addresses.",
      repeat: "crashlab claims",
      why: """
        mprotect splits the mapping that it changes a part of (mm/mprotect.c, vma_modify_flags), and \
        a process may have vm.max_map_count mappings. MADV_GUARD_INSTALL (mm/madvise.c, Linux 6.13) \
        marks the page table instead.
        """,
      elsewhere: "A runtime that makes one guard below a whole pool of stacks pays once."
    ) { evidence in
      guard let costs = evidence.costs, costs.protected.stacks > 0 else {
        return .open("no guards were counted")
      }
      func each(_ guards: StackCosts.Guards) -> String {
        "\(guards.mappings) mappings more for \(guards.stacks) stacks, "
          + "\(Int(guards.duration.rounded())) ns each"
      }
      var seen = "by mprotect \(each(costs.protected))"
      if let most = costs.mostMappings, costs.protected.mappings > 0 {
        let stacks = most * costs.protected.stacks / costs.protected.mappings
        seen += ": vm.max_map_count is reached with \(grouped(stacks)) stacks"
      }
      if let installed = costs.installed {
        seen += "; by MADV_GUARD_INSTALL \(each(installed))"
      }
      if costs.protected.mappings == 0 { return .holds(seen) }
      guard costs.protected.mappings >= costs.protected.stacks else { return .open(seen) }
      return costs.installed?.mappings == 0 ? .onCondition(seen) : .fails(seen)
    },
  ]
}
