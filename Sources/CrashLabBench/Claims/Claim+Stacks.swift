internal import CrashLab
internal import CrashLabModel
internal import CrashLabText

extension Claim {
  static let stacks = [
    Claim(
      id: "stacks-scattered",
      sentence: "The stacks of threads lie at random places, scattered over the address space.",
      repeat: "crashlab layout",
      why: """
        Randomised is where mmap begins (arch/x86/mm/mmap.c), once an execution. From there the \
        kernel takes the next free place below (mm/mmap.c, top-down), so that stacks lie one after \
        another; nptl/allocatestack.c keeps those of finished threads for new ones.
        """,
      elsewhere: "OpenBSD places every mapping at random."
    ) { evidence in
      guard let layout = evidence.layout, layout.executions.count > 1,
        layout.threads.allSatisfy({ $0.stacks.count > 2 })
      else { return .open("no layout was seen") }
      let pairs = layout.threads.map { $0.stacks.count - 1 }.reduce(0, +)
      let adjacent = layout.threads.map(\.adjacent).reduce(0, +)
      let bases = Set(layout.executions.map(\.library)).count
      let reused = layout.threads.allSatisfy(\.isReused)
      let seen =
        "\(adjacent) of \(pairs) neighbours have only a guard between them, in "
        + "\(layout.threads.count) sizes; \(bases) bases in \(layout.executions.count) executions"
        + (reused ? "; a finished thread's stack is used again" : "")
      if adjacent * 10 >= pairs * 8 { return .fails(seen) }
      return adjacent * 10 <= pairs ? .holds(seen) : .open(seen)
    },
    Claim(
      id: "main-stack-8-mb",
      sentence: "The main stack is 8 MB large and grows down.",
      repeat: "crashlab run main-recursion",
      why: """
        fs/exec.c (setup_arg_pages) maps a little; a fault just below extends the mapping \
        (mm/mmap.c, expand_downwards) until RLIMIT_STACK, of which 8 MB is the usual soft limit.
        """,
      elsewhere: "After `ulimit -s`, in a container with another limit, or on macOS (8 MB, fixed)."
    ) { evidence in
      guard let layout = evidence.layout, let start = layout.executions.first?.stackMapped,
        let reached = evidence.agreed("main-recursion", \.stackSize)
      else { return .open("no layout was seen, or no trials that agree") }
      let limit = layout.stackLimit.map(bytesInWords) ?? "unlimited"
      guard layout.growth.growsStepByStep else {
        return .open("what was mapped did not follow what was touched: \(layout.growth.mapped)")
      }
      let seen =
        "\(bytesInWords(start)) mapped at start, \(bytesInWords(layout.growth.step)) more for "
        + "each \(bytesInWords(layout.growth.step)) touched, the end at \(bytesInWords(reached)); "
        + "soft limit \(limit)"
      return layout.stackLimit == 8 << 20 && abs(reached - 8 << 20) < 1 << 20
        ? .onCondition("\(seen): 8 MB is the limit, not the size") : .fails(seen)
    },
    Claim(
      id: "sandwich-layout",
      sentence: "A process is text, data, heap and, at the top, the stack that grows towards it.",
      repeat: "crashlab layout",
      why: """
        fs/binfmt_elf.c places program and heap low, the stack high and mmap between them. Every \
        thread's stack comes from mmap, and so does most of a large heap.
        """,
      elsewhere: "On a system without virtual memory, or with one thread, the picture is right."
    ) { evidence in
      guard let layout = evidence.layout, !layout.executions.isEmpty, !layout.threads.isEmpty
      else { return .open("no layout was seen") }
      let ordered = layout.executions.count(where: \.isInTextbookOrder)
      let among = layout.threads.allSatisfy(\.areBetweenHeapAndMainStack)
      let seen =
        "in \(ordered) of \(layout.executions.count) executions with one thread: code, heap, "
        + "libraries, stack"
      guard ordered == layout.executions.count else { return .fails(seen) }
      let threads = layout.threads.map(\.stacks.count).max() ?? 0
      return among
        ? .onCondition("\(seen); with \(threads) threads more, \(threads) stacks lie between")
        : .holds(seen)
    },
  ]
}
