// Where the reader is in the chat: kept at the end while they are there, left alone when they scrolled up to read.

const NEAR_END_PX = 60;
const MOVING_LASTS_MS = 1200;

export class Scroll {
  #scroller = document.getElementById('scroller');
  #jump = document.getElementById('jump');
  #count = document.getElementById('jump-count');
  #atEnd = true;
  #top = 0;
  #missed = 0;
  #places = new Map(); // log → { atEnd, top } of the chats that are not shown
  #log = null;
  #resting = null;

  constructor() {
    this.#scroller.addEventListener('scroll', () => this.#look(), { passive: true });
    this.#jump.addEventListener('click', () => this.toEnd('smooth'));
    this.#watcher.observe(this.#scroller);
  }

  // Bubbles grow while they are edited and while pictures load; the window grows with the phone's keyboard.
  #watcher = new ResizeObserver(() => {
    if (this.#atEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  });

  show(log) {
    if (this.#log) {
      this.#places.set(this.#log, { atEnd: this.#atEnd, top: this.#scroller.scrollTop });
      this.#watcher.unobserve(this.#log.element);
    }
    const place = this.#places.get(log) ?? { atEnd: true };
    this.#log = log;
    this.#missed = 0;
    this.#scroller.replaceChildren(log.element);
    this.#watcher.observe(log.element);
    this.#atEnd = place.atEnd;
    this.#scroller.scrollTop = place.atEnd ? this.#scroller.scrollHeight : place.top;
    this.#top = this.#scroller.scrollTop;
    this.#draw();
  }

  toEnd(behavior = 'instant') {
    this.#atEnd = true;
    this.#missed = 0;
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: reducedMotion() ? 'instant' : behavior });
    this.#draw();
  }

  // Something new came in below; counted if the reader is elsewhere.
  arrived() {
    if (!this.#atEnd) this.#missed += 1;
    this.#draw();
  }

  goTo(element) {
    element.scrollIntoView({ block: 'center', behavior: reducedMotion() ? 'instant' : 'smooth' });
    element.classList.remove('flash');
    requestAnimationFrame(() => element.classList.add('flash'));
  }

  #look() {
    clearTimeout(this.#resting);
    this.#scroller.dataset.moving = '';
    this.#resting = setTimeout(() => { delete this.#scroller.dataset.moving; }, MOVING_LASTS_MS);
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    // Growth moves the end away from a reader who did not move: only scrolling up leaves it.
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.#atEnd = true;
    else if (scrollTop < this.#top) this.#atEnd = false;
    this.#top = scrollTop;
    if (this.#atEnd) this.#missed = 0;
    this.#draw();
  }

  #draw() {
    this.#jump.hidden = this.#atEnd;
    this.#count.hidden = this.#missed === 0;
    this.#count.textContent = this.#missed;
  }
}

const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
