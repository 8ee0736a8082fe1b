// A small operating system, simulated: tasks of several classes that pass packets to each other
// through queues, and a scheduler that runs the most urgent one that can go on. What it measures is
// calls of methods through several classes, and fields of objects.
'use strict';

const IDLE = 0;
const WORKER = 1;
const HANDLER_A = 2;
const HANDLER_B = 3;
const DEVICE_A = 4;
const DEVICE_B = 5;

const DEVICE_PACKET = 0;
const WORK_PACKET = 1;
const PAYLOAD = 4;

class Packet {
  constructor(next, owner, kind) {
    this.next = next;
    this.owner = owner;
    this.kind = kind;
    this.position = 0;
    this.payload = new Array(PAYLOAD).fill(0);
  }

  appendTo(queue) {
    this.next = null;
    if (queue === null) return this;
    let last = queue;
    while (last.next !== null) last = last.next;
    last.next = this;
    return queue;
  }
}

class Task {
  constructor(system, id, priority, queue) {
    this.system = system;
    this.id = id;
    this.priority = priority;
    this.queue = queue;
    this.next = null;
    this.held = false;
    this.suspended = queue === null;
    this.runnable = queue !== null;
  }

  get blocked() {
    return this.held || (this.suspended && !this.runnable);
  }

  run() {
    let packet = null;
    if (this.suspended && this.runnable) {
      packet = this.queue;
      this.queue = packet.next;
      this.suspended = false;
      this.runnable = this.queue !== null;
    }
    return this.step(packet);
  }

  // Gives who is to go on: this task, or the one that the packet has made more urgent.
  accept(packet, current) {
    if (this.queue === null) {
      this.queue = packet;
      packet.next = null;
      this.runnable = true;
      return this.priority > current.priority ? this : current;
    }
    this.queue = packet.appendTo(this.queue);
    return current;
  }
}

class IdleTask extends Task {
  constructor(system, count) {
    super(system, IDLE, 0, null);
    this.suspended = false;
    this.count = count;
    this.seed = 1;
  }

  step() {
    this.count -= 1;
    if (this.count === 0) return this.system.hold();
    if ((this.seed & 1) === 0) {
      this.seed >>= 1;
      return this.system.release(DEVICE_A);
    }
    this.seed = (this.seed >> 1) ^ 0xd008;
    return this.system.release(DEVICE_B);
  }
}

class WorkerTask extends Task {
  constructor(system, queue) {
    super(system, WORKER, 1000, queue);
    this.destination = HANDLER_A;
    this.letter = 0;
  }

  step(packet) {
    if (packet === null) return this.system.suspend();
    this.destination = this.destination === HANDLER_A ? HANDLER_B : HANDLER_A;
    packet.owner = this.destination;
    packet.position = 0;
    for (let index = 0; index < PAYLOAD; index += 1) {
      this.letter = (this.letter % 26) + 1;
      packet.payload[index] = this.letter;
    }
    return this.system.send(packet);
  }
}

class HandlerTask extends Task {
  constructor(system, id, priority, queue, device) {
    super(system, id, priority, queue);
    this.device = device;
    this.work = null;
    this.devices = null;
  }

  step(packet) {
    if (packet !== null) {
      if (packet.kind === WORK_PACKET) this.work = packet.appendTo(this.work);
      else this.devices = packet.appendTo(this.devices);
    }
    if (this.work !== null) {
      const work = this.work;
      if (work.position === PAYLOAD) {
        this.work = work.next;
        work.owner = WORKER;
        return this.system.send(work);
      }
      if (this.devices !== null) {
        const device = this.devices;
        this.devices = device.next;
        device.position = work.payload[work.position];
        work.position += 1;
        device.owner = this.device;
        return this.system.send(device);
      }
    }
    return this.system.suspend();
  }
}

class DeviceTask extends Task {
  constructor(system, id, priority) {
    super(system, id, priority, null);
    this.home = id === DEVICE_A ? HANDLER_A : HANDLER_B;
    this.pending = null;
  }

  step(packet) {
    if (packet === null) {
      if (this.pending === null) return this.system.suspend();
      const pending = this.pending;
      this.pending = null;
      pending.owner = this.home;
      return this.system.send(pending);
    }
    this.pending = packet;
    return this.system.hold();
  }
}

class System {
  constructor() {
    this.tasks = [];
    this.first = null;
    this.current = null;
    this.sent = 0;
    this.holds = 0;
  }

  add(task) {
    this.tasks[task.id] = task;
    // The list begins with the most urgent.
    if (this.first === null || task.priority > this.first.priority) {
      task.next = this.first;
      this.first = task;
      return;
    }
    let before = this.first;
    while (before.next !== null && before.next.priority >= task.priority) before = before.next;
    task.next = before.next;
    before.next = task;
  }

  run() {
    this.current = this.first;
    while (this.current !== null) {
      if (this.current.blocked) this.current = this.current.next;
      else this.current = this.current.run();
    }
  }

  hold() {
    this.holds += 1;
    this.current.held = true;
    return this.current.next;
  }

  suspend() {
    this.current.suspended = true;
    return this.current;
  }

  release(id) {
    const task = this.tasks[id];
    task.held = false;
    return task.priority > this.current.priority ? task : this.current;
  }

  send(packet) {
    const target = this.tasks[packet.owner];
    this.sent += 1;
    packet.owner = this.current.id;
    return target.accept(packet, this.current);
  }
}

function packets(owner, kind, count) {
  let queue = null;
  for (let index = 0; index < count; index += 1) queue = new Packet(queue, owner, kind);
  return queue;
}

exports.richards = function richards() {
  let total = 0;
  for (let round = 0; round < 3; round += 1) {
    const system = new System();
    system.add(new IdleTask(system, 10_000));
    system.add(new WorkerTask(system, packets(WORKER, WORK_PACKET, 2)));
    system.add(new HandlerTask(system, HANDLER_A, 2000, packets(DEVICE_A, DEVICE_PACKET, 3), DEVICE_A));
    system.add(new HandlerTask(system, HANDLER_B, 3000, packets(DEVICE_B, DEVICE_PACKET, 3), DEVICE_B));
    system.add(new DeviceTask(system, DEVICE_A, 4000));
    system.add(new DeviceTask(system, DEVICE_B, 5000));
    system.run();
    total += system.sent * 100_003 + system.holds;
  }
  return total;
};
