public import CrashLab

/// Every case, by folder. A test holds this list against the files.
public let catalogue = CaseCollection([
  CaseFolder(
    "threads",
    [
      threadRecursion, threadMutualRecursion, threadSmallestStack, threadWideGuard, threadNoGuard,
      threadBystanders, threadDispatchWorker,
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
  CaseFolder(
    "handlers",
    [
      noAlternateStack, alternateStackUnguarded, alternateStackAutodisarm, faultInHandlerNodefer,
      handlerReturns, handlerTakesLock, sentSignalRaise, sentSignalKill, sentSignalQueue,
    ]),
  CaseFolder(
    "recovery",
    [recoverLongjmp, recoverThreadExit, recoverGrow, recoverYellowZone, recoverRedZone]),
  CaseFolder("isolation", [siblingProcess, sharedMemoryProcess, vforkChild, grandchild]),
  CaseFolder(
    "controls",
    [
      nullRead, nullWrite, nullCall, wildPointer, nonCanonical, readOnlyWrite, noExecuteJump,
      useAfterUnmap, heapGuard, mappedFileTruncated, divideByZero, illegalInstruction, abortCase,
      swiftExclusivity, exitZero, exitNonzero, hang,
    ]),
])
