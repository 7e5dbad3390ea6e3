// The operator's page in a real Chromium. How it is left to the tests; here is how one gets in and what does not fit.

export const WINDOWS = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };

export class Office {
  // Asks the bot for a link.
  static async link(chat) {
    const answer = await chat.ask('/panel', 'Ссылка на страницу');
    return /https?:\/\/\S+\/panel\/login\?key=\w+/.exec(await answer.text())[0];
  }

  static async enter(browser, link) {
    const page = await browser.newPage({ viewport: WINDOWS.desk, locale: 'ru-RU' });
    const office = new Office(page);
    page.on('console', (message) => { if (message.type() === 'error') office.complaints.push(message.text()); });
    page.on('pageerror', (error) => office.complaints.push(String(error)));
    await page.goto(link);
    await page.getByRole('button', { name: 'Войти' }).click();
    await page.locator('nav').waitFor();
    return office;
  }

  constructor(page) {
    this.page = page;
    // errors of the page: a test ends with none
    this.complaints = [];
  }

  // All pages that the menu leads to.
  async addresses() {
    return this.page.locator('nav a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  }

  async open(address) {
    await this.page.goto(new URL(address, this.page.url()).href);
    await this.page.locator('h1').waitFor();
  }

  // What reaches beyond the window, unless it can be scrolled to within its own box.
  async overflowing() {
    return this.page.evaluate(() => {
      const scrolls = (element) => element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
      return [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !scrolls(element))
        .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}: ${element.textContent.trim().slice(0, 60)}`);
    });
  }
}
