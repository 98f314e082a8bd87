internal import CrashLab
internal import CrashLabModel

extension Claim {
  static let guards = [
    Claim(
      id: "guard-kills-process",
      sentence: "A thread that hits its guard page kills its whole process, not only itself.",
      repeat: "crashlab run thread-recursion thread-bystanders recover-thread-exit",
      why: """
        SIGSEGV goes to the thread that faulted, but its default action ends the thread group \
        (kernel/signal.c, get_signal calls do_group_exit). A handler on an alternate stack may do \
        otherwise.
        """,
      elsewhere: "Where a runtime installs such a handler (Java), only an exception is thrown."
    ) { evidence in
      let name = "thread-recursion"
      guard let died = evidence.agreed(name, \.processDied),
        let site = evidence.agreed(name, \.site),
        let stopped = evidence.agreed(name, \.bystandersStopped)
      else { return .open("no trials that agree") }
      guard site == .guard, died, stopped else {
        return .fails(
          "the fault was at '\(site.rawValue)'"
            + (died && stopped ? "" : ", and the process lived on"))
      }
      let threads = evidence.agreed("thread-bystanders", \.threadsAtFault)
      let more = threads.map { ", and with one of \($0) threads all died" } ?? ""
      let seen = "\(evidence.count(name)) of \(evidence.count(name)) processes died whole\(more)"
      return evidence.agreed("recover-thread-exit", \.survived) ?? false
        ? .onCondition("\(seen); by default: a handler that ends only the thread saved the rest")
        : .holds(seen)
    },
    Claim(
      id: "death-stops-at-thread-group",
      sentence: "A process that crashes takes no other process with it.",
      repeat: "crashlab run sibling-process shared-memory-process thread-bystanders",
      why: """
        do_group_exit ends the threads that share a signal_struct. Memory that is shared with \
        another thread group (CLONE_VM without CLONE_THREAD) does not matter.
        """,
      elsewhere: "Until Linux 5.16 a core dump also ended every process that shared the memory."
    ) { evidence in
      guard let sibling = evidence.agreed("sibling-process", \.survived),
        let control = evidence.agreed("thread-recursion", \.controlProcessAlive)
      else { return .open("no trials that agree") }
      guard sibling, control else { return .fails("a sibling process died or stood still") }
      let seen = "the sibling and the control process went on beating"
      guard let shared = evidence.agreed("shared-memory-process", \.survived) else {
        return .holds(seen)
      }
      return shared
        ? .holds("\(seen); so did a process that shared all its memory with the one that died")
        : .onCondition("\(seen); a process that shared its memory died with it")
    },
    Claim(
      id: "guard-is-prot-none",
      sentence: "A guard is a PROT_NONE page: to touch it is a page fault that becomes SIGSEGV.",
      repeat:
        "crashlab run thread-recursion main-recursion coroutine-madvise-guard thread-no-guard",
      why: """
        nptl/allocatestack.c protects the lowest page of a thread's stack; access_error in \
        arch/x86/mm/fault.c then answers SEGV_ACCERR. From glibc 2.42 on it asks for \
        MADV_GUARD_INSTALL first, which marks pages inside the stack's own mapping (mm/madvise.c): \
        maps does not show them, and the answer is SEGV_MAPERR. The main stack has neither: the \
        kernel keeps stack_guard_gap free below it (mm/mmap.c).
        """,
      elsewhere:
        "It depends on the C library, and on whether the kernel has MADV_GUARD_INSTALL (6.13)."
    ) { evidence in
      guard let kind = evidence.agreed("thread-recursion", \.guardKind),
        let code = evidence.agreed("thread-recursion", \.code)
      else { return .open("no trials that agree") }
      if kind == .madvise {
        return .fails(
          "a thread's guard is no mapping: MADV_GUARD_INSTALL marks pages of the stack's own, "
            + "answered with \(code)")
      }
      guard kind == .mapping else {
        return .fails("a thread's guard is of the kind '\(kind.rawValue)', answered with \(code)")
      }
      var others: [String] = []
      if evidence.agreed("main-recursion", \.site) == .mainStackLimit {
        others.append("the main stack has a gap instead")
      }
      if evidence.agreed("coroutine-madvise-guard", \.guardKind) == .madvise {
        others.append("MADV_GUARD_INSTALL guards without a mapping")
      }
      if evidence.agreed("thread-no-guard", \.hasSilentCorruption) ?? false {
        others.append("a thread may have none")
      }
      let seen = "a thread's guard is a mapping that permits nothing, answered with \(code)"
      return others.isEmpty
        ? .holds(seen) : .onCondition(([seen] + others).joined(separator: "; "))
    },
    Claim(
      id: "overflow-touches-guard",
      sentence: "Endless recursion, or a huge array on the stack, runs into the guard.",
      repeat: "crashlab run thread-recursion array-skips-guard array-probed",
      why: """
        A frame touches memory where its code does. Small frames meet every page; one frame that \
        is larger than the guard may touch first what lies beyond it, unless the compiler probes \
        every page (-fstack-clash-protection). Swift does not.
        """,
      elsewhere: "Where every frame is probed (Rust, Windows, much of Debian's C) it holds."
    ) { evidence in
      guard let recursion = evidence.agreed("thread-recursion", \.site),
        let array = evidence.agreed("array-skips-guard", \.hasSilentCorruption)
      else { return .open("no trials that agree") }
      guard recursion == .guard else {
        return .fails("recursion faulted at '\(recursion.rawValue)'")
      }
      if !array { return .holds("recursion and an array both hit the guard") }
      let probed = evidence.agreed("array-probed", \.site) == .guard
      return .onCondition(
        "recursion hits the guard; an array stepped over it and overwrote a neighbour's stack "
          + "without a fault" + (probed ? "; with probes it hits the guard" : ""))
    },
  ]
}
