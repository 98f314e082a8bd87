internal import CrashLab
internal import CrashLabModel
internal import CrashLabText

extension Claim {
  static let coroutines = [
    Claim(
      id: "coroutine-switch-two-registers",
      sentence: "A coroutine switch stays in user space and only swaps stack and program counter.",
      repeat: "crashlab switch",
      why: """
        A call promises to preserve six integer registers, and the floating-point control words \
        (System V ABI): a switch that is called saves them too (harness/coroutine). Inlined, the \
        compiler saves what is live. swapcontext also sets the signal mask, which is a syscall.
        """,
      elsewhere: "On Windows and ARM a call preserves vector registers as well: more to save."
    ) { evidence in
      guard let plain = evidence.kinds[.coroutine], let full = evidence.kinds[.coroutineFull],
        let inline = evidence.kinds[.coroutineInline], let call = evidence.kinds[.getpid]
      else { return .open("no coroutine switch was measured") }
      let seen =
        "\(Figures.short(inline.median)) ns inlined, \(Figures.short(plain.median)) with the "
        + "integer registers, \(Figures.short(full.median)) with all; a syscall takes "
        + Figures.short(call.median)
      guard plain.isSettled, call.isSettled, inline.isSettled else {
        return .open("\(seen); of too few samples")
      }
      if plain.lowerQuartile > call.upperQuartile { return .fails(seen) }
      guard plain.upperQuartile * 2 < call.lowerQuartile else { return .open(seen) }
      let ucontext = evidence.kinds[.swapcontext].map {
        $0.lowerQuartile > call.lowerQuartile
          ? "; swapcontext (\(Figures.short($0.median))) makes one" : ""
      }
      return inline.upperQuartile < plain.lowerQuartile
        ? .onCondition("no syscall; two registers only if inlined: \(seen)\(ucontext ?? "")")
        : .holds("\(seen)\(ucontext ?? "")")
    },
    Claim(
      id: "coroutine-state-on-heap",
      sentence: "Coroutines have no stack of their own; their state is on the heap.",
      repeat: "crashlab run async-recursion coroutine-recursion task-recursion",
      why: """
        A stackless one (Swift async) keeps what lives across an await in its Task's allocator \
        (stdlib/public/Concurrency/TaskAlloc.cpp) and runs on a thread's stack in between. A \
        stackful one (harness/coroutine, ucontext, Go) has a stack, wherever that was allocated.
        """,
      elsewhere: "It depends on the language, not on the system."
    ) { evidence in
      guard let survived = evidence.agreed("async-recursion", \.survived),
        let owner = evidence.agreed("coroutine-recursion", \.owner)
      else { return .open("no trials that agree") }
      let depth = evidence.agreed("async-recursion") { $0.counters["depth"] }
      guard survived else { return .fails("a deep async recursion overflowed a stack") }
      let seen = "\(depth.map(grouped) ?? "all") async calls deep without overflow"
      let pool = evidence.agreed("task-recursion", \.owner) == .thread
      return owner == .coroutine
        ? .onCondition(
          "\(seen)\(pool ? "; plain recursion in a Task hits a pool thread's guard" : "")"
            + "; a stackful coroutine hits the guard of its own stack")
        : .holds(seen)
    },
    Claim(
      id: "ten-thousand-threads",
      sentence: "With ten thousand connections, use coroutines on a few threads.",
      repeat: "crashlab switch",
      why: """
        A thread a connection costs a futex or socket wake-up and a scheduler's choice for every \
        request, a kernel stack and two mappings each. A coroutine costs a few nanoseconds and \
        the pages of stack that it touches; one epoll_wait tells of many requests.
        """,
      elsewhere: "With long computations a request, or with few connections, it does not matter."
    ) { evidence in
      guard let report = evidence.scaleTest,
        let threads = report.echo.first(where: { $0.server == .threads }),
        let coroutines = report.echo.first(where: { $0.server == .coroutines })
      else { return .open("the echo load was not measured") }
      let ratio = threads.processorPerRequest.median / coroutines.processorPerRequest.median
      let seen =
        "threads \(Figures.short(threads.throughput.median)) requests a second, coroutines "
        + "\(Figures.short(coroutines.throughput.median)); a request takes "
        + "\(Figures.fixed(ratio, 1)) times the processor with threads, and "
        + "\(Figures.fixed(threads.switchesPerRequest.median, 1)) switches beside "
        + Figures.fixed(coroutines.switchesPerRequest.median, 1)
        + "; yet \(grouped(threads.connections)) threads worked"
      // Processor time, not the wall: whatever else runs here does not count. One run alone must
      // be far apart, several must not overlap; and one alone denies nothing.
      let isOne = threads.processorPerRequest.samples.count < 3
      let apart = isOne ? 1.5 : 1.1
      let (t, c) = (threads.processorPerRequest, coroutines.processorPerRequest)
      if t.lowerQuartile > c.upperQuartile * apart { return .holds(seen) }
      return !isOne && c.lowerQuartile > t.upperQuartile * apart ? .fails(seen) : .open(seen)
    },
  ]
}
