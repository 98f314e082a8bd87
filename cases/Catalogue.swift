public import CrashLab

/// Every case, by folder. A test holds this list against the files.
public let catalogue = CaseCollection([
  CaseFolder(
    "threads",
    [
      threadRecursion, threadMutualRecursion, threadIrregularRecursion, threadDeepCallback,
      threadSmallestStack, threadWideGuard, threadNoGuard, threadOwnStack, threadMadviseGuard,
      threadBystanders, threadDispatchWorker, threadOverflowInSignalHandler, threadSimultaneous,
      threadExitDestructor, threadCachedStackLargerGuard, threadCachedStackKeptGuard,
      threadCachedStackSmallerGuard, threadReadOnlyGuardWrite, threadReadOnlyGuardRead,
      threadHoleInStack,
    ]),
  CaseFolder("main-stack", [mainRecursion, mainHugeArray]),
  CaseFolder(
    "arrays",
    [arraySkipsGuard, arraySkipsIntoNothing, arrayTopDown, arrayProbed, arraySwiftInline]),
  CaseFolder(
    "coroutines",
    [
      coroutineRecursion, coroutineUnguarded, coroutinePoolNeighbour, taskRecursion,
      asyncRecursion,
    ]),
  CaseFolder("handlers", [noAlternateStack]),
  CaseFolder("recovery", [recoverLongjmp, recoverThreadExit]),
  CaseFolder("isolation", [siblingProcess]),
  CaseFolder(
    "controls",
    [
      nullRead, nullWrite, nullCall, nonCanonical, readOnlyWrite, heapGuard, abortCase, exitZero,
      exitNonzero, hang,
    ]),
])
