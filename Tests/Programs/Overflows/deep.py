# Deep recursion with the limit raised: each round goes through C (sorted calls its key), so that it
# uses the stack of the thread. Of pure Python calls, Python 3.11 and later keep none there.
import sys
import threading


def descend(value):
    return sorted([value], key=descend)


sys.setrecursionlimit(10**9)
threading.stack_size(64 << 10)
thread = threading.Thread(target=descend, args=(1,))
thread.start()
thread.join()
