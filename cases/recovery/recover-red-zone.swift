import CNativeCases
import CrashLab

let recoverRedZone = CrashCase(
  "recover-red-zone", "The program ignores the error and recurses through the yellow zone.",
  lesson: """
    The program ignores the error: the recursion goes on through the opened yellow zone and \
    reaches the red zone, which is never opened. The second fault is fatal.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, code: .segvAccErr, access: .write,
        site: .inGuard(of: .thread, "overflower", guardSize: 128 << 10),
        frames: ["descend", .library("start_thread")]),
      .init(
        .segv, code: .segvAccErr, access: .write,
        site: .inGuard(of: .thread, "overflower", guardSize: 64 << 10),
        frames: ["descend", .library("start_thread")]),
    ], ending: .killed(.segv))
) { child in
  let memory = child.layOutStack(size: 128 << 10, guardSize: 128 << 10)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_recover_red_zone(memory.limit)
  }
}
