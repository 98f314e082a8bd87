import CNativeCases
import CrashLab

let recoverYellowZone = CrashCase(
  "recover-yellow-zone", "An overflow becomes an error in the program, twice in a row.",
  lesson: """
    As in the JVM, the upper part of the guard is the yellow zone. The first fault opens it, so \
    that there is room to raise an error and to clean up. When the program has returned from the \
    recursion, the zone is closed again and catches the next overflow.
    """,
  expect: .init(
    faults: Array(
      repeating: .init(
        .segv, code: .segvAccErr, access: .write,
        site: .inGuard(of: .thread, "overflower", guardSize: 128 << 10),
        frames: ["descend", "clab_case_recover_yellow_zone"]), count: 2),
    ending: .survives, counters: ["errors raised": 2...2])
) { child in
  let memory = child.layOutStack(size: 128 << 10, guardSize: 128 << 10)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_recover_yellow_zone(memory.limit)
  }
}
